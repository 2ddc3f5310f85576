#include "separation/ht_demucs_config.h"

#include <algorithm>

#include "base/error.h"

namespace musicgen::separation {
namespace {

using checkpoint::Config;

constexpr int64_t kMostSegmentSamples = int64_t{1} << 24;
constexpr int64_t kMostTokens = int64_t{1} << 16;
constexpr size_t kMostStems = 16;

void ExpectBool(const Config& config, const char* key, bool expected) {
  if (config.Bool(key, expected) == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected ? "true" : "false", ", found ",
                expected ? "false" : "true", " (not supported)");
}

void ExpectInt(const Config& config, const char* key, int64_t expected) {
  const int64_t found = config.Int(key, expected, -(1 << 30), 1 << 30);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", found, " (not supported)");
}

void ExpectNumber(const Config& config, const char* key, double expected) {
  const double found = config.Number(key, expected, -1e9, 1e9);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", found, " (not supported)");
}

void ExpectString(const Config& config, const char* key, const char* expected) {
  const std::string found = config.String(key, expected);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", Printable(found),
                " (not supported)");
}

void ExpectEmptyList(const Config& config, const char* key) {
  const std::string found = config.Json(key);
  if (found == "null" || found == "[]") return;
  ThrowBadInput(config.Where(key), ": expected an empty list, found ", Printable(found),
                " (not supported)");
}

// What changes the network's structure and is not built.
void RefuseSwitches(const Config& config) {
  for (const char* key :
       {"cac", "rewrite", "t_norm_in", "t_norm_first", "t_norm_out", "t_layer_scale", "t_gelu"}) {
    ExpectBool(config, key, true);
  }
  for (const char* key : {"wiener_residual", "t_norm_in_group", "t_group_norm", "t_cross_first",
                          "t_sparse_self_attn", "t_sparse_cross_attn"}) {
    ExpectBool(config, key, false);
  }
  ExpectInt(config, "wiener_iters", 0);
  ExpectInt(config, "end_iters", 0);
  ExpectInt(config, "growth", 2);
  ExpectInt(config, "kernel_size", HtDemucsConfig::kKernel);
  ExpectInt(config, "stride", HtDemucsConfig::kStride);
  ExpectInt(config, "context", 1);
  ExpectInt(config, "context_enc", 0);
  ExpectNumber(config, "t_max_period", 10000.0);
  ExpectNumber(config, "t_weight_pos_embed", 1.0);
  ExpectString(config, "t_emb", "sin");
  ExpectEmptyList(config, "multi_freqs");
}

// "segment": a fraction, or a plain number of seconds.
void ReadSegment(const Config& kwargs, HtDemucsConfig* config) {
  constexpr int64_t kMost = 1 << 20;
  if (!kwargs.Has("segment")) return;
  if (kwargs.Json("segment").front() != '{') {
    config->segment_numerator = kwargs.Int("segment", 0, 1, kMost);
    config->segment_denominator = 1;
    return;
  }
  const Config fraction = kwargs.Object("segment");
  ExpectString(fraction, "_type", "fraction");
  config->segment_numerator = fraction.Int("numerator", 0, 1, kMost);
  config->segment_denominator = fraction.Int("denominator", 0, 1, kMost);
}

void ReadDconvMode(const Config& kwargs, HtDemucsConfig* config) {
  const int64_t mode = kwargs.Int("dconv_mode", 3, 0, 3);
  config->dconv_in_encoders = (mode & 1) != 0;
  config->dconv_in_decoders = (mode & 2) != 0;
}

void CheckSizes(const Config& kwargs, const HtDemucsConfig& config) {
  if (config.segment_samples() > kMostSegmentSamples) {
    ThrowBadInput(kwargs.Where("segment"), ": expected at most ", kMostSegmentSamples,
                  " samples, found ", config.segment_samples());
  }
  // Reflection at a segment's ends needs that many samples.
  if (config.segment_samples() <= 2 * config.n_fft) {
    ThrowBadInput(kwargs.Where("segment"), ": expected more than ", 2 * config.n_fft,
                  " samples, found ", config.segment_samples());
  }
  // Otherwise an encoder's kernel is as long as what is left of the bins, and demucs builds others.
  const int64_t least = HtDemucsConfig::kKernel << (2 * (config.depth - 1));
  if (config.n_fft / 2 <= least || (config.n_fft / 2) % (int64_t{1} << (2 * config.depth)) != 0) {
    ThrowBadInput(kwargs.Where("nfft"), ": expected a multiple of ",
                  int64_t{2} << (2 * config.depth), " above ", 2 * least, " at depth ",
                  config.depth, ", found ", config.n_fft, " (not supported)");
  }
  if (const int64_t norms = kwargs.Int("norm_starts", 4, 0, 1 << 10); norms < config.depth) {
    ThrowBadInput(kwargs.Where("norm_starts"), ": expected at least the depth ", config.depth,
                  ", found ", norms, " (not supported)");
  }
  if (config.Hidden(config.channels) < 1) {
    ThrowBadInput(kwargs.Where("dconv_comp"), ": expected at most channels ", config.channels,
                  ", found ", config.dconv_compression);
  }
  if (std::max(config.frames() * config.DeepBins(), config.DeepSamples()) > kMostTokens) {
    ThrowBadInput(kwargs.Where("segment"), ": expected at most ", kMostTokens,
                  " tokens behind the last encoder, found ", config.frames() * config.DeepBins(),
                  " and ", config.DeepSamples());
  }
  // The two halves of a position hold sines and cosines.
  if (config.transformer_width() % 4 != 0 ||
      config.transformer_width() % config.transformer_heads != 0) {
    ThrowBadInput(kwargs.Where("t_heads"), ": expected a divisor of the transformer's width ",
                  config.transformer_width(), ", itself a multiple of 4, found ",
                  config.transformer_heads);
  }
}

}  // namespace

int64_t HtDemucsConfig::segment_samples() const {
  return segment_numerator * sample_rate_hz / segment_denominator;
}

int64_t HtDemucsConfig::frames() const {
  return (segment_samples() + hop_samples() - 1) / hop_samples();
}

int64_t HtDemucsConfig::transformer_hidden_width() const {
  return static_cast<int64_t>(static_cast<double>(transformer_width()) * transformer_hidden_scale);
}

int64_t HtDemucsConfig::DeepSamples() const {
  int64_t samples = segment_samples();
  for (int64_t i = 0; i < depth; ++i) samples = (samples + kStride - 1) / kStride;
  return samples;
}

int64_t HtDemucsConfig::FindStem(const std::string& name) const {
  const auto found = std::find(sources.begin(), sources.end(), name);
  return found == sources.end() ? -1 : found - sources.begin();
}

HtDemucsConfig ReadHtDemucsConfig(const Config& kwargs) {
  RefuseSwitches(kwargs);
  HtDemucsConfig config;
  config.sources = kwargs.Strings("sources", config.sources, kMostStems);
  for (auto name = config.sources.begin(); name != config.sources.end(); ++name) {
    if (name->empty() || std::find(config.sources.begin(), name, *name) != name) {
      ThrowBadInput(kwargs.Where("sources"), ": expected different names, found ", Printable(*name),
                    name->empty() ? "an empty one" : " twice");
    }
  }
  if (config.sources.empty()) {
    ThrowBadInput(kwargs.Where("sources"), ": expected at least one name, found none");
  }
  config.audio_channels = kwargs.Int("audio_channels", config.audio_channels, 1, 8);
  config.sample_rate_hz = kwargs.Int("samplerate", config.sample_rate_hz, 1000, 192000);
  ReadSegment(kwargs, &config);
  config.channels = kwargs.Int("channels", config.channels, 1, 1 << 10);
  if (kwargs.Has("channels_time")) {
    ExpectInt(kwargs, "channels_time", config.channels);
  }
  config.depth = kwargs.Int("depth", config.depth, 1, 6);
  config.n_fft = kwargs.Int("nfft", config.n_fft, 64, 1 << 16);
  config.freq_emb = kwargs.Number("freq_emb", config.freq_emb, 0, 1e6);
  config.emb_scale = kwargs.Number("emb_scale", config.emb_scale, 0, 1e6);
  ReadDconvMode(kwargs, &config);
  config.dconv_depth = kwargs.Int("dconv_depth", config.dconv_depth, 1, 8);
  config.dconv_compression = kwargs.Int("dconv_comp", config.dconv_compression, 1, 1 << 10);
  config.bottom_channels = kwargs.Int("bottom_channels", config.bottom_channels, 0, 1 << 13);
  config.transformer_layers = kwargs.Int("t_layers", config.transformer_layers, 0, 64);
  config.transformer_heads = kwargs.Int("t_heads", config.transformer_heads, 1, 1 << 8);
  config.transformer_hidden_scale =
      kwargs.Number("t_hidden_scale", config.transformer_hidden_scale, 0.125, 64);
  CheckSizes(kwargs, config);
  return config;
}

}  // namespace musicgen::separation
