// The quantizer's other direction: latent frames to codes, one codebook after the other on what is
// left (residual vector quantization).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "checkpoint/tensor_source.h"
#include "codec/codec_config.h"
#include "nn/linear.h"
#include "types/codes.h"

namespace musicgen::codec {

class NearestCode {
 public:
  // Reads tensors prefix + "{k}.codebook.embed". Throws Error(kBadInput) when one is absent or
  // mis-shaped.
  NearestCode(const CodecConfig& config, const checkpoint::TensorSource& source,
              const std::string& prefix);

  // Codes of latents [frames, width], which become the residuals, into the columns of `codes` from
  // `first_frame` on, rows 0 … books − 1. The nearest vector maximises r·e − ‖e‖²/2, as both
  // references compute it up to rounding; of equals the first.
  void Encode(ThreadPool& pool, float* latents, int64_t frames, int64_t first_frame,
              Codes* codes) const;

  size_t bytes() const;

 private:
  struct Book {
    std::vector<float> vectors;  // [V, width]
    nn::Linear scores;           // vectors, with bias −‖e‖²/2
  };
  std::vector<Book> books_;
  int64_t width_;
};

}  // namespace musicgen::codec
