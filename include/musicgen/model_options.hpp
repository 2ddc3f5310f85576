// Which model, and how it is to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "musicgen/lora.hpp"
#include "musicgen/precision.hpp"
#include "musicgen/reference.hpp"

namespace musicgen {

struct ModelOptions {
  // A directory in the Hugging Face or AudioCraft's layout, a GGUF file, "org/name[@revision]" in
  // the Hugging Face cache, or a short name (small, medium, …).
  std::string model;
  std::string text_encoder;     // directory of a T5, where the model's files hold none
  std::string codec;            // directory of an EnCodec, likewise
  std::string style_encoder;    // directory of a MERT, for style models; none: MERT-v1-95M is
                                // looked for in and beside the model and in the cache
  std::string demucs;           // file or directory of an HT-Demucs, for melodies; none: it is
                                // looked for beside the model and in the hub's and torch's caches
  std::vector<LoraFile> loras;  // merged into the weights, in this order
  Precision precision = Precision::kAuto;
  ReferenceDialect reference = ReferenceDialect::kAuto;
  // Tensors that nobody needs are an error, not a warning.
  bool strict = false;
  int threads = 0;  // at most 256; 0: one for each processor this process may use
  // Where the language model computes: cpu; vulkan or vulkan:N, a graphics card (of those that
  // count, the N-th from 0), where precision auto means f16; auto: the first card with the memory
  // for it, else the CPU.
  std::string device = "auto";
  // Requests that run together: as many as the device steps at once with profit (0), and as fit in
  // so many bytes of keys and values (0: in the memory that is available). Others wait.
  int max_streams = 0;
  uint64_t cache_bytes = 0;
};

}  // namespace musicgen
