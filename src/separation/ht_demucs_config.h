// Sizes of an HT-Demucs, from the arguments its class was made with, which its files keep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/config.h"

namespace musicgen::separation {

// The defaults are those of the published htdemucs.
struct HtDemucsConfig {
  std::vector<std::string> sources = {"drums", "bass", "other", "vocals"};  // the stems, in order
  int64_t audio_channels = 2;
  int64_t sample_rate_hz = 44100;
  int64_t segment_numerator = 39, segment_denominator = 5;  // seconds, an exact rational
  int64_t channels = 48;                                    // of the first encoder; the next: twice
  int64_t depth = 4;                                        // encoders
  int64_t n_fft = 4096;
  double freq_emb = 0.2, emb_scale = 10;  // factors of the frequency embedding; freq_emb 0: none
  bool dconv_in_encoders = true, dconv_in_decoders = true;
  int64_t dconv_depth = 2, dconv_compression = 8;
  int64_t bottom_channels = 512;  // the transformer's width; 0: that of the last encoder
  int64_t transformer_layers = 5;
  int64_t transformer_heads = 8;
  double transformer_hidden_scale = 4.0;

  static constexpr int64_t kKernel = 8, kStride = 4;  // of encoders and decoders

  int64_t stems() const { return static_cast<int64_t>(sources.size()); }
  int64_t segment_samples() const;  // L
  int64_t hop_samples() const { return n_fft / 4; }
  int64_t frames() const;  // T, of a segment's spectrum
  int64_t Width(int64_t encoder) const { return channels << encoder; }
  // Of the residual branch inside layers of so many channels.
  int64_t Hidden(int64_t width) const { return width / dconv_compression; }
  int64_t transformer_width() const {
    return bottom_channels > 0 ? bottom_channels : Width(depth - 1);
  }
  int64_t transformer_hidden_width() const;
  // What is left of a frame's bins and of a segment's samples behind the last encoder.
  int64_t DeepBins() const { return (n_fft / 2) >> (2 * depth); }
  int64_t DeepSamples() const;
  // The index of a stem; −1 where there is none of that name.
  int64_t FindStem(const std::string& name) const;
};

// `kwargs` as demucs' safetensors files have it in JSON: a fraction is an object {"_type":
// "fraction", "numerator", "denominator"}. Absent keys take the published values. Throws
// Error(kBadInput) naming the key when a value is out of range or a switch differs from what is
// implemented.
HtDemucsConfig ReadHtDemucsConfig(const checkpoint::Config& kwargs);

}  // namespace musicgen::separation
