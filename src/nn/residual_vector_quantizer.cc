#include "nn/residual_vector_quantizer.h"

#include "base/error.h"

namespace musicgen::nn {

ResidualVectorQuantizer::ResidualVectorQuantizer(int64_t width,
                                                 const std::vector<std::vector<float>>& codebooks) {
  for (const std::vector<float>& table : codebooks) {
    const Shape shape = {static_cast<int64_t>(table.size()) / width, width};
    codebooks_.emplace_back(kernels::WeightFormat::kF32,
                            TensorView{"", DType::kF32, shape, table.data()});
  }
}

void ResidualVectorQuantizer::Decode(const Codes& codes, int64_t first_row, int64_t row_step,
                                     int64_t books, Range frames, float* latents) const {
  for (int64_t k = 0; k < books; ++k) {
    const int64_t row = first_row + k * row_step;
    for (int64_t t = frames.begin; t < frames.end; ++t) {
      const int32_t code = codes.at(row, t);
      if (code < 0 || code >= codebook_size()) {
        ThrowBadInput("codes: expected values from 0 to ", codebook_size() - 1, ", found ", code,
                      " in codebook ", row, " at frame ", t);
      }
    }
  }
  for (int64_t t = frames.begin; t < frames.end; ++t) {
    float* latent = latents + (t - frames.begin) * width();
    codebooks_[0].Lookup(codes.at(first_row, t), latent);
    for (int64_t k = 1; k < books; ++k) {
      codebooks_[static_cast<size_t>(k)].AddTo(codes.at(first_row + k * row_step, t), latent);
    }
  }
}

size_t ResidualVectorQuantizer::bytes() const {
  size_t sum = 0;
  for (const Embedding& codebook : codebooks_) sum += codebook.bytes();
  return sum;
}

}  // namespace musicgen::nn
