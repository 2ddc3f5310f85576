// HT-Demucs: one segment of a sound to its stems.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "nn/linear.h"
#include "separation/cross_transformer.h"
#include "separation/decoder_layer.h"
#include "separation/encoder_layer.h"
#include "separation/ht_demucs_config.h"
#include "separation/plane.h"
#include "separation/stem_mix.h"
#include "types/waveform.h"

namespace musicgen::separation {

// Immutable; any number of threads may use it. Every result is the same bits for every number of
// threads.
class HtDemucs {
 public:
  // Packs the weights in float, on the threads of the pool, and lets go of the file's pages. The
  // tensors must have passed CheckTensors against ExpectedTensors. Throws Error(kOutOfMemory).
  HtDemucs(ThreadPool& pool, const HtDemucsConfig& config, const checkpoint::TensorSource& source);

  // The mixes of `segment` [channels, L = config.segment_samples()], of L samples each. Empty once
  // `stop` is set (null: nobody will). What is kept in `scratch` serves the next segment.
  std::vector<Waveform> Run(ThreadPool& pool, BlockScratch& scratch, const Waveform& segment,
                            std::span<const StemMix> mixes,
                            const std::atomic<bool>* stop = nullptr) const;

  // Its steps: the two inputs; encoders, where the frequency embedding comes after the first;
  // ToTokens, transformer, FromTokens; decoders.
  int64_t depth() const { return config_.depth; }
  const EncoderLayer& encoder(BranchKind branch, int64_t i) const { return Of(branch).encoders[i]; }
  const DecoderLayer& decoder(BranchKind branch, int64_t i) const { return Of(branch).decoders[i]; }
  void AddFrequencyEmbedding(ThreadPool& pool, Plane* x) const;
  // [rows, width] of the deepest encoder's output, and back.
  std::vector<float> ToTokens(ThreadPool& pool, BranchKind branch, const Plane& x) const;
  void FromTokens(ThreadPool& pool, BranchKind branch, const std::vector<float>& tokens,
                  Plane* x) const;
  const CrossTransformer& transformer() const { return *transformer_; }

  const HtDemucsConfig& config() const { return config_; }
  size_t bytes() const;  // of the weights
  // What Run takes beside them, or a little more.
  static uint64_t ActivationBytes(const HtDemucsConfig& config);

 private:
  struct Branch {
    std::vector<EncoderLayer> encoders;
    std::vector<DecoderLayer> decoders;
    // To the transformer's width and back; none where it is the encoders'.
    std::optional<nn::Linear> upsampler, downsampler;
  };
  const Branch& Of(BranchKind branch) const {
    return branch == BranchKind::kFrequency ? frequency_ : time_;
  }
  static Branch TakeBranch(ThreadPool& pool, const HtDemucsConfig& config,
                           const checkpoint::TensorSource& source, BranchKind kind);

  HtDemucsConfig config_;
  Branch frequency_, time_;
  std::vector<float> frequency_embedding_;       // [bins, channels] as it is added; or empty
  std::optional<CrossTransformer> transformer_;  // none of no layers
};

}  // namespace musicgen::separation
