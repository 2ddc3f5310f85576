// What a model's files say, and what it needs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "musicgen/generation.hpp"
#include "musicgen/lora.hpp"
#include "musicgen/precision.hpp"

namespace musicgen {

struct MemoryNeed {
  uint64_t weights_bytes = 0;
  uint64_t cache_bytes_per_stream = 0;  // keys and values of one guided stream of a window, 30 s
};

// A style model's own settings, for StyleParams that leave them open.
struct StyleInfo {
  int64_t codebooks = 0;  // that eval_q is at most; 0: no style model
  int64_t eval_q = 0;
  double excerpt_s = 0;
  int64_t ds_factor = 0;
};

struct ModelInfo {
  std::string path;
  std::string model_type;                 // "musicgen", "musicgen_melody" or "musicgen_style"
  std::string licence;                    // as the model card says, or "unknown"
  std::string file_dtype;                 // element type of most weights in the file: "F16", …
  Precision precision = Precision::kF32;  // what kAuto becomes, or what was asked for
  int64_t hidden_size = 0, layers = 0, heads = 0, ffn_dim = 0, codebooks = 0, codebook_size = 0;
  int64_t audio_channels = 0, sample_rate_hz = 0, frame_rate_hz = 0, hop_samples = 0;
  std::vector<LoraFile> loras;  // that are merged into the weights
  double max_duration_s = 0;    // the window that longer pieces are made of
  SamplingDefaults sampling;    // of requests that leave it open
  StyleInfo style;
  int64_t text_width = 0, text_layers = 0, text_vocabulary = 0;
  uint64_t lm_parameters = 0, text_parameters = 0, codec_parameters = 0;
  std::map<std::string, MemoryNeed> memory;  // by precision: "f32", "f16", …
  std::vector<std::string> warnings;         // what the user should know of the files
};

}  // namespace musicgen
