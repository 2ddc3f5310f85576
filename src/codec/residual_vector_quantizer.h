// The codebooks between encoder and decoder: a latent frame is the sum of one vector per codebook.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "nn/embedding.h"
#include "types/codes.h"

namespace musicgen::codec {

class ResidualVectorQuantizer {
 public:
  // Reads tensors prefix + "{k}.codebook.embed". Throws Error(kBadInput) when one is absent or
  // mis-shaped.
  ResidualVectorQuantizer(const CodecConfig& config, const checkpoint::TensorSource& source,
                          const std::string& prefix);

  // latents [frames.size(), width] = Σ_k codebook k's vector, in the order of k, for `books`
  // codebooks whose codes are rows first_row, first_row + row_step, … of `codes`. Throws
  // Error(kBadInput) when a code is outside [0, codebook_size()), before anything is written.
  void Decode(const Codes& codes, int64_t first_row, int64_t row_step, int64_t books, Range frames,
              float* latents) const;

  int64_t num_quantizers() const { return static_cast<int64_t>(codebooks_.size()); }
  int64_t codebook_size() const { return codebooks_.front().rows(); }
  int64_t width() const { return codebooks_.front().width(); }
  size_t bytes() const;

 private:
  std::vector<nn::Embedding> codebooks_;
};

}  // namespace musicgen::codec
