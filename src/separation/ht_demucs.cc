#include "separation/ht_demucs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"
#include "separation/segment_spectrum.h"

namespace musicgen::separation {
namespace {

using checkpoint::TakeFloats;

// Values whose moments are summed up at once.
constexpr int64_t kMomentValues = 8192;

std::vector<Moments> MomentsOf(ThreadPool& pool, const float* x, int64_t n) {
  std::vector<Moments> parts(static_cast<size_t>((n + kMomentValues - 1) / kMomentValues));
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(static_cast<int64_t>(parts.size()));
    for (int64_t i = mine.begin; i < mine.end; ++i) {
      const int64_t begin = i * kMomentValues;
      parts[static_cast<size_t>(i)].Add(x + begin, std::min(kMomentValues, n - begin));
    }
  });
  return parts;
}

// Taken off in place, and returned.
Scaling TakeScaling(ThreadPool& pool, Plane* x) {
  const Scaling scaling = ScalingOf(MomentsOf(pool, x->values.data(), x->elements()));
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(x->elements());
    TakeOff(scaling, mine.size(), x->values.data() + mine.begin);
  });
  return scaling;
}

Plane Interleave(const Waveform& segment) {
  Plane plane(1, segment.samples, segment.channels);
  for (int64_t c = 0; c < segment.channels; ++c) {
    for (int64_t i = 0; i < segment.samples; ++i) plane.row(0, i)[c] = segment.channel(c)[i];
  }
  return plane;
}

}  // namespace

HtDemucs::Branch HtDemucs::TakeBranch(ThreadPool& pool, const HtDemucsConfig& config,
                                      const checkpoint::TensorSource& source, BranchKind kind) {
  const bool frequency = kind == BranchKind::kFrequency;
  const std::string t = frequency ? "" : "t";
  const int64_t parts = config.audio_channels * (frequency ? 2 : 1);  // of complex numbers, two
  Branch branch;
  for (int64_t i = 0; i < config.depth; ++i) {
    branch.encoders.emplace_back(source, StrCat(t, "encoder.", i), kind, config,
                                 i == 0 ? parts : config.Width(i - 1), config.Width(i));
  }
  for (int64_t j = 0; j < config.depth; ++j) {
    const int64_t i = config.depth - 1 - j;  // the encoder that it undoes
    branch.decoders.emplace_back(source, StrCat(t, "decoder.", j), kind, config, config.Width(i),
                                 i == 0 ? config.stems() * parts : config.Width(i - 1), i == 0);
  }
  if (config.bottom_channels > 0) {
    const auto take = [&](const std::string& name) {
      nn::Linear linear =
          checkpoint::TakeLinear(pool, source, {name + ".weight"}, kernels::WeightFormat::kF32);
      linear.SetBias(TakeFloats(source, name + ".bias"));
      return linear;
    };
    const std::string suffix = frequency ? "" : "_t";
    branch.upsampler = take("channel_upsampler" + suffix);
    branch.downsampler = take("channel_downsampler" + suffix);
  }
  return branch;
}

HtDemucs::HtDemucs(ThreadPool& pool, const HtDemucsConfig& config,
                   const checkpoint::TensorSource& source)
    : config_(config),
      frequency_(TakeBranch(pool, config, source, BranchKind::kFrequency)),
      time_(TakeBranch(pool, config, source, BranchKind::kTime)) {
  if (config.freq_emb > 0) {
    frequency_embedding_ = TakeFloats(source, "freq_emb.embedding.weight");
    const auto factor = static_cast<float>(config.freq_emb);
    const auto scale = static_cast<float>(config.emb_scale);
    for (float& value : frequency_embedding_) value = factor * (value * scale);
  }
  if (config.transformer_layers > 0) {
    transformer_.emplace(pool, source, config, config.DeepBins(), config.DeepSamples());
  }
}

void HtDemucs::AddFrequencyEmbedding(ThreadPool& pool, Plane* x) const {
  if (frequency_embedding_.empty()) return;
  const int64_t line = x->length * x->channels;
  MG_CHECK_EQ(static_cast<int64_t>(frequency_embedding_.size()), line);
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(x->lines);
    for (int64_t t = mine.begin; t < mine.end; ++t) {
      kernels::Add(x->row(t, 0), frequency_embedding_.data(), line, x->row(t, 0));
    }
  });
}

std::vector<float> HtDemucs::ToTokens(ThreadPool& pool, BranchKind branch, const Plane& x) const {
  const std::optional<nn::Linear>& up = Of(branch).upsampler;
  if (!up) return {x.values.data(), x.values.data() + x.elements()};
  std::vector<float> tokens(static_cast<size_t>(x.rows() * up->outputs()));
  pool.Run([&](Worker& worker) {
    up->Forward(worker, x.values.data(), x.channels, x.rows(), tokens.data(), up->outputs());
  });
  return tokens;
}

void HtDemucs::FromTokens(ThreadPool& pool, BranchKind branch, const std::vector<float>& tokens,
                          Plane* x) const {
  const std::optional<nn::Linear>& down = Of(branch).downsampler;
  if (!down) {
    std::copy(tokens.begin(), tokens.end(), x->values.data());
    return;
  }
  pool.Run([&](Worker& worker) {
    down->Forward(worker, tokens.data(), down->inputs(), x->rows(), x->values.data(), x->channels);
  });
}

std::vector<Waveform> HtDemucs::Run(ThreadPool& pool, BlockScratch& scratch,
                                    const Waveform& segment, std::span<const StemMix> mixes,
                                    const std::atomic<bool>* stop) const {
  constexpr BranchKind kBranches[] = {BranchKind::kFrequency, BranchKind::kTime};
  MG_CHECK_EQ(segment.channels, config_.audio_channels);
  MG_CHECK_EQ(segment.samples, config_.segment_samples());
  Plane deepest[2], decoded[2];
  Scaling scalings[2];
  std::vector<Plane> skips[2];
  std::vector<int64_t> lengths[2];  // of the encoders' inputs
  Tokens tokens;
  for (const BranchKind branch : kBranches) {
    const size_t b = branch == BranchKind::kFrequency ? 0 : 1;
    Plane x = b == 0 ? SegmentSpectrum(pool, config_, segment) : Interleave(segment);
    scalings[b] = TakeScaling(pool, &x);
    for (int64_t i = 0; i < depth(); ++i) {
      const Plane& in = i == 0 ? x : skips[b].back();
      lengths[b].push_back(in.length);
      Plane out = encoder(branch, i).Forward(pool, scratch, in, stop);
      if (out.lines == 0) return {};
      if (i == 0 && b == 0) AddFrequencyEmbedding(pool, &out);
      skips[b].push_back(std::move(out));
    }
    const Plane& last = skips[b].back();
    (b == 0 ? tokens.frequency : tokens.time) = ToTokens(pool, branch, last);
    deepest[b] = scratch.NewPlane(last.lines, last.length, last.channels);
  }
  if (transformer_ && !transformer_->Forward(pool, scratch, &tokens, stop)) return {};
  for (const BranchKind branch : kBranches) {
    const size_t b = branch == BranchKind::kFrequency ? 0 : 1;
    Plane x = std::move(deepest[b]);
    FromTokens(pool, branch, b == 0 ? tokens.frequency : tokens.time, &x);
    for (int64_t j = 0; j < depth(); ++j) {
      Plane out =
          decoder(branch, j).Forward(pool, scratch, x, skips[b].back(), lengths[b].back(), stop);
      if (out.lines == 0) return {};
      scratch.GiveBack(std::exchange(x, std::move(out)));
      scratch.GiveBack(std::move(skips[b].back()));
      skips[b].pop_back();
      lengths[b].pop_back();
    }
    decoded[b] = std::move(x);
  }
  std::vector<Waveform> sounds = MixSpectra(pool, config_, decoded[0], scalings[0], mixes);
  AddWaves(pool, config_, decoded[1], scalings[1], mixes, &sounds);
  for (Plane& plane : decoded) scratch.GiveBack(std::move(plane));
  return sounds;
}

size_t HtDemucs::bytes() const {
  size_t sum = frequency_embedding_.size() * sizeof(float);
  if (transformer_) sum += transformer_->bytes();
  for (const Branch* branch : {&frequency_, &time_}) {
    for (const EncoderLayer& layer : branch->encoders) sum += layer.bytes();
    for (const DecoderLayer& layer : branch->decoders) sum += layer.bytes();
    if (branch->upsampler) sum += branch->upsampler->bytes() + branch->downsampler->bytes();
  }
  return sum;
}

uint64_t HtDemucs::ActivationBytes(const HtDemucsConfig& config) {
  // The skips of both branches, and in the shallowest decoder two planes of the first width and the
  // decoded spectrum; what the transformer's layers compute in stays: queries, keys and values of
  // either branch, within it and across, and as many rows again to swap.
  uint64_t skips = 0;
  const int64_t bins = config.n_fft / 2;
  int64_t samples = config.segment_samples();
  for (int64_t i = 0; i < config.depth; ++i) {
    samples = (samples + HtDemucsConfig::kStride - 1) / HtDemucsConfig::kStride;
    const int64_t spectral = config.frames() * (bins >> (2 * (i + 1)));
    skips += static_cast<uint64_t>((spectral + samples) * config.Width(i));
  }
  const uint64_t widest =
      static_cast<uint64_t>(config.frames() * bins / HtDemucsConfig::kStride * config.Width(0));
  const uint64_t decoded =
      static_cast<uint64_t>(config.stems() * config.audio_channels) *
      static_cast<uint64_t>(config.frames() * bins * 2 + config.segment_samples());
  const uint64_t tokens = static_cast<uint64_t>(
      (config.frames() * config.DeepBins() + config.DeepSamples()) * config.transformer_width());
  return sizeof(float) * (skips + 2 * widest + decoded + 8 * tokens) + (uint64_t{64} << 20);
}

}  // namespace musicgen::separation
