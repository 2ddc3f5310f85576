#include "nn/nearest_code.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace musicgen::nn {

NearestCode::NearestCode(int64_t width, std::vector<std::vector<float>> codebooks) : width_(width) {
  for (std::vector<float>& vectors : codebooks) {
    const Shape shape = {static_cast<int64_t>(vectors.size()) / width, width};
    Book book;
    book.vectors = std::move(vectors);
    book.scores = Linear(kernels::WeightFormat::kF32,
                         TensorView{"", DType::kF32, shape, book.vectors.data()});
    std::vector<float> bias;
    for (int64_t j = 0; j < shape[0]; ++j) {
      double square = 0.0;
      for (int64_t d = 0; d < width; ++d) {
        const double value = book.vectors[static_cast<size_t>(j * width + d)];
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

}  // namespace musicgen::nn
