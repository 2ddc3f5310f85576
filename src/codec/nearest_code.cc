#include "codec/nearest_code.h"

#include <algorithm>

#include "base/check.h"
#include "codec/weight_norm.h"

namespace musicgen::codec {

NearestCode::NearestCode(const CodecConfig& config, const checkpoint::TensorSource& source,
                         const std::string& prefix)
    : width_(config.latent_width) {
  const Shape shape = {config.codebook_size, width_};
  for (int64_t k = 0; k < config.num_quantizers; ++k) {
    const std::string name = prefix + std::to_string(k) + ".codebook.embed";
    Book book;
    book.vectors = LoadTensor(source, name, shape);
    book.scores = nn::Linear(kernels::WeightFormat::kF32,
                             TensorView{name, DType::kF32, shape, book.vectors.data()});
    std::vector<float> bias;
    for (int64_t j = 0; j < config.codebook_size; ++j) {
      double square = 0.0;
      for (int64_t d = 0; d < width_; ++d) {
        const double value = book.vectors[static_cast<size_t>(j * width_ + d)];
        square += value * value;
      }
      bias.push_back(static_cast<float>(-0.5 * square));
    }
    book.scores.SetBias(std::move(bias));
    books_.push_back(std::move(book));
  }
}

void NearestCode::Encode(ThreadPool& pool, float* latents, int64_t frames, int64_t first_frame,
                         Codes* codes) const {
  MG_CHECK_LE(codes->codebooks, static_cast<int64_t>(books_.size()));
  const int64_t size = books_.front().scores.outputs();
  std::vector<float> scores(static_cast<size_t>(frames * size));
  pool.Run([&](Worker& worker) {
    const Range mine = worker.Split(frames);
    for (int64_t k = 0; k < codes->codebooks; ++k) {
      const Book& book = books_[static_cast<size_t>(k)];
      book.scores.Forward(worker, latents, width_, frames, scores.data(), size);
      worker.Barrier();
      for (int64_t t = mine.begin; t < mine.end; ++t) {
        const float* row = scores.data() + t * size;
        const int64_t code = std::max_element(row, row + size) - row;
        codes->at(k, first_frame + t) = static_cast<int32_t>(code);
        const float* nearest = book.vectors.data() + code * width_;
        for (int64_t d = 0; d < width_; ++d) latents[t * width_ + d] -= nearest[d];
      }
      worker.Barrier();
    }
  });
}

size_t NearestCode::bytes() const {
  size_t sum = 0;
  for (const Book& book : books_) sum += book.vectors.size() * sizeof(float) + book.scores.bytes();
  return sum;
}

}  // namespace musicgen::codec
