#include "model/audiocraft_config.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "model/audiocraft_switches.h"

namespace musicgen::model {
namespace {

using checkpoint::Config;

constexpr int64_t kLongestDelay = 1 << 16;  // frames

std::vector<int64_t> ReadDelays(const Config& config, const char* key,
                                std::vector<int64_t> otherwise) {
  const std::vector<int64_t> list = config.Ints(key, otherwise, 0, kLongestDelay, 64);
  if (list.size() != otherwise.size()) {
    ThrowBadInput(config.Where(key), ": expected ", otherwise.size(), " numbers, found ",
                  list.size());
  }
  return list;
}

std::vector<int64_t> CountFromZero(int64_t n) {
  std::vector<int64_t> numbers(static_cast<size_t>(n));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  return numbers;
}

// Each pattern reads the block of its own name; one that is absent means defaults (the shipped
// configuration's block `music_lm` is never read: the pattern's name is musiclm).
lm::PatternConfig ReadPattern(const Config& xp, const Config& transformer, int64_t codebooks) {
  const Config patterns = xp.Object("codebooks_pattern");
  using Kind = lm::PatternConfig::Kind;
  lm::PatternConfig pattern;
  const bool named = patterns.Has("modeling");
  const std::string modeling =
      named ? patterns.String("modeling", "") : transformer.String("q_modeling", "delay");
  const Config config = named ? patterns.Object(modeling)
                              : patterns.Object("");  // AudioCraft then takes delays 0, 1, 2, …
  const std::vector<int64_t> zeros(static_cast<size_t>(codebooks), 0);
  if (modeling == "delay") {
    pattern.delays = ReadDelays(config, "delays", CountFromZero(codebooks));
    pattern.flatten_first = config.Int("flatten_first", 0, 0, kLongestDelay);
    pattern.empty_initial = config.Int("empty_initial", 0, 0, kLongestDelay);
  } else if (modeling == "parallel") {
    pattern.delays = zeros;
    pattern.empty_initial = config.Int("empty_initial", 0, 0, kLongestDelay);
  } else if (modeling == "unroll") {
    pattern.kind = Kind::kUnroll;
    pattern.flattening = ReadDelays(config, "flattening", CountFromZero(codebooks));
    pattern.delays = ReadDelays(config, "delays", zeros);
  } else if (modeling == "coarse_first") {
    pattern.kind = Kind::kCoarseFirst;
    pattern.delays = ReadDelays(config, "delays", {zeros.begin() + 1, zeros.end()});
  } else if (modeling == "musiclm") {
    pattern.kind = Kind::kMusicLm;
    pattern.group_by = config.Int("group_by", 2, 1, 64);
  } else {
    ThrowBadInput(patterns.Where("modeling"),
                  ": expected delay, parallel, unroll, coarse_first or musiclm, found ",
                  Printable(modeling));
  }
  lm::CheckPattern(pattern, codebooks, patterns.Where(modeling));
  return pattern;
}

void RefuseTransformerSwitches(const Config& transformer) {
  ExpectBool(transformer, "norm_first", false, true);
  for (const char* key : {"bias_proj", "bias_ff", "bias_attn"}) {
    ExpectBool(transformer, key, true, false);
  }
  for (const char* key : {"qk_layer_norm", "qk_layer_norm_cross", "xpos"}) {
    ExpectBool(transformer, key, false, false);
  }
  ExpectBool(transformer, "causal", false, true);
  ExpectString(transformer, "positional_embedding", "sin", "sin");
  ExpectString(transformer, "activation", "gelu", "gelu");
  ExpectString(transformer, "norm", "layer_norm", "layer_norm");
  ExpectNull(transformer, "layer_scale");
  ExpectNull(transformer, "past_context");
  ExpectInt(transformer, "kv_repeat", 1, 1);
  ExpectNumber(transformer, "positional_scale", 1.0, 1.0);
  ExpectNumber(transformer, "max_period", 10000.0, 10000.0);
}

// Text in cross-attention; or melody or style, then text, in front of the codes.
void ReadFuser(const Config& xp, const Config& conditioners, AudioCraftConfig* config) {
  const Config fuser = xp.Object("fuser");
  const auto list = [&](const char* key) { return fuser.Strings(key, {}, 16); };
  for (const char* key : {"sum", "input_interpolate"}) {
    if (!list(key).empty()) ThrowBadInput(fuser.Where(key), ": expected an empty list");
  }
  ExpectBool(fuser, "cross_attention_pos_emb", false, false);
  std::vector<std::string> cross = list("cross"), prepend = list("prepend");
  std::sort(prepend.begin(), prepend.end());
  for (const std::string& name : conditioners.Keys()) {
    // `args` holds training settings.
    if (name == "args" || !conditioners.Has(name)) continue;
    const std::string model = conditioners.Object(name).String("model", "");
    const bool known = (name == "description" && model == "t5") ||
                       (name == "self_wav" && (model == "chroma_stem" || model == "style"));
    if (!known) {
      ThrowBadInput(conditioners.Where(name),
                    ": expected the conditioners description (t5) and self_wav (chroma_stem or "
                    "style), found this one (",
                    Printable(model), ')');
    }
  }
  if (!conditioners.Has("description")) {
    ThrowBadInput(conditioners.Where("description"), ": expected a t5 conditioner, found none");
  }
  const bool sound = conditioners.Has("self_wav");
  config->lm.cross_attention = !cross.empty();
  const bool fits =
      sound ? cross.empty() && prepend == std::vector<std::string>{"description", "self_wav"}
            : prepend.empty() && cross == std::vector<std::string>{"description"};
  if (!fits) {
    ThrowBadInput(fuser.Where("cross"),
                  ": expected description there alone, or description and self_wav under prepend");
  }
}

// As ChromaStemConditioner: as many frames as a centred transform of the whole duration has.
conditioning::MelodyConfig ReadMelody(const Config& xp, const Config& self_wav, double duration_s) {
  const Config stem = self_wav.Object("chroma_stem");
  conditioning::MelodyConfig melody;
  melody.chroma.sample_rate_hz =
      stem.Int("sample_rate", xp.Int("sample_rate", 32000, 1, 1 << 20), 1, 1 << 20);
  melody.chroma.classes = stem.Int("n_chroma", 12, 1, 128);
  melody.chroma.n_fft = int64_t{1} << stem.Int("radix2_exp", 14, 4, 20);
  melody.chroma.hop_samples = melody.chroma.n_fft / 4;
  ExpectBool(stem, "argmax", false, true);  // one class a frame
  const double samples = static_cast<double>(melody.chroma.sample_rate_hz) * duration_s;
  melody.chroma_length = static_cast<int64_t>(samples) / melody.chroma.hop_samples + 1;
  return melody;
}

// The scales of AudioCraft's StyleConditioner by their heads.
int64_t StyleHeads(const Config& style) {
  const std::string scale = style.String("transformer_scale", "default");
  if (scale == "none" || scale == "xsmall" || scale == "default") return 8;
  if (scale == "large") return 16;
  ThrowBadInput(style.Where("transformer_scale"),
                ": expected none, xsmall, default or large, found ", Printable(scale));
}

conditioning::StyleConfig ReadStyle(const Config& xp, const Config& self_wav) {
  const Config style = self_wav.Object("style");
  conditioning::StyleConfig config;
  ExpectString(style, "model_name", "mert", "mert");
  ExpectBool(style, "batch_norm", true, true);
  config.sample_rate_hz = style.Int(
      "sample_rate", xp.Int("sample_rate", config.sample_rate_hz, 1, 1 << 20), 1, 1 << 20);
  config.excerpt_s = style.Number("length", config.excerpt_s, 0.05, 30.0);
  config.ds_factor = style.Int("ds_factor", config.ds_factor, 1, 1 << 10);
  config.eval_q = style.Int("eval_q", config.eval_q, 1, 64);
  config.heads = StyleHeads(style);
  return config;
}

lm::LmConfig ReadLm(const Config& transformer) {
  lm::LmConfig lm;
  lm.width = transformer.Int("dim", 0, 4, 1 << 16);
  lm.layers = transformer.Int("num_layers", 0, 1, 1 << 10);
  lm.heads = transformer.Int("num_heads", 0, 1, 1 << 10);
  lm.codebooks = transformer.Int("n_q", 0, 1, 64);
  lm.codebook_size = transformer.Int("card", 0, 1, 1 << 20);
  for (const char* key : {"dim", "num_layers", "num_heads", "n_q", "card"}) {
    if (!transformer.Has(key)) ThrowBadInput(transformer.Where(key), ": expected a number");
  }
  // int(hidden_scale * dim), as AudioCraft computes it.
  lm.ffn_width = static_cast<int64_t>(transformer.Number("hidden_scale", 4, 0.01, 256) *
                                      static_cast<double>(lm.width));
  if (lm.width % lm.heads != 0 || lm.width % 2 != 0) {
    ThrowBadInput(transformer.Where("dim"), ": expected an even multiple of num_heads ", lm.heads,
                  ", found ", lm.width);
  }
  if (lm.ffn_width < 1) {
    ThrowBadInput(transformer.Where("hidden_scale"), ": expected at least one hidden unit");
  }
  return lm;
}

}  // namespace

AudioCraftConfig ReadAudioCraftConfig(const Config& xp) {
  ExpectString(xp, "lm_model", "transformer_lm", "transformer_lm");
  const Config transformer = xp.Object("transformer_lm");
  const Config conditioners = xp.Object("conditioners");
  RefuseTransformerSwitches(transformer);
  AudioCraftConfig config;
  config.lm = ReadLm(transformer);
  ReadFuser(xp, conditioners, &config);
  config.sample_rate_hz = xp.Int("sample_rate", 32000, 1, 1 << 20);
  config.max_duration_s = xp.Object("dataset").Number("segment_duration", 30.0, 0.1, 3600.0);
  config.cfg_coef =
      xp.Object("classifier_free_guidance").Number("inference_coef", 3.0, -1000.0, 1000.0);

  const Config t5 = conditioners.Object("description").Object("t5");
  ExpectBool(t5, "normalize_text", false, false);
  config.t5_name = t5.String("name", "");
  if (config.t5_name.empty()) ThrowBadInput(t5.Where("name"), ": expected the name of a T5");
  if (conditioners.Has("self_wav")) {
    const Config self_wav = conditioners.Object("self_wav");
    if (self_wav.String("model", "") == "style") {
      config.style = ReadStyle(xp, self_wav);
    } else {
      config.melody = ReadMelody(xp, self_wav, config.max_duration_s);
    }
  }

  const Config stereo = xp.Object("interleave_stereo_codebooks");
  config.lm.audio_channels = stereo.Bool("use", false) ? 2 : 1;
  if (config.lm.audio_channels == 2) ExpectBool(stereo, "per_timestep", false, false);
  if (config.lm.codebooks % config.lm.audio_channels != 0) {
    ThrowBadInput(transformer.Where("n_q"), ": expected an even number for stereo, found ",
                  config.lm.codebooks);
  }
  if (config.melody) {
    config.melody->format.sample_rate_hz = config.melody->chroma.sample_rate_hz;
    config.melody->format.channels = config.lm.audio_channels;
    // The chunk of transformers' extractor, in whole seconds.
    config.melody->format.most_samples =
        std::max(int64_t{1}, static_cast<int64_t>(config.max_duration_s)) *
        config.melody->format.sample_rate_hz;
  }
  if (config.style) config.style->channels = config.lm.audio_channels;
  config.lm.pattern = ReadPattern(xp, transformer, config.lm.codebooks);
  return config;
}

}  // namespace musicgen::model
