#include "nn/embedding.h"

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace musicgen::nn {

using kernels::WeightFormat;

Embedding::Embedding(WeightFormat format, const TensorView& table)
    : format_(kernels::IsQuantized(format) ? WeightFormat::kF16 : format),
      rows_(table.shape.at(0)),
      width_(table.shape.at(1)),
      buffer_(kernels::FormatBytes(format_, table.elements())) {
  constexpr int64_t kBlock = 1 << 16;
  std::vector<float> block(static_cast<size_t>(std::min(kBlock, table.elements())));
  for (int64_t begin = 0; begin < table.elements(); begin += kBlock) {
    const int64_t n = std::min(kBlock, table.elements() - begin);
    CopyToFloat(table, begin, n, block.data());
    for (int64_t i = 0; i < n; ++i) {
      const float value = block[static_cast<size_t>(i)];
      switch (format_) {
        case WeightFormat::kF32:
          buffer_.as<float>()[begin + i] = value;
          break;
        case WeightFormat::kF16:
          buffer_.as<uint16_t>()[begin + i] = FloatToF16(value);
          break;
        case WeightFormat::kBF16:
          buffer_.as<uint16_t>()[begin + i] = FloatToBF16(value);
          break;
        case WeightFormat::kQ8:
        case WeightFormat::kQ4:
          break;
      }
    }
  }
}

void Embedding::Lookup(int64_t id, float* out) const {
  std::fill(out, out + width_, 0.0f);
  AddTo(id, out);
}

void Embedding::AddTo(int64_t id, float* out) const {
  MG_CHECK(0 <= id && id < rows_);
  switch (format_) {
    case WeightFormat::kF32: {
      const float* row = buffer_.as<float>() + id * width_;
      for (int64_t i = 0; i < width_; ++i) out[i] += row[i];
      return;
    }
    case WeightFormat::kF16: {
      const uint16_t* row = buffer_.as<uint16_t>() + id * width_;
      for (int64_t i = 0; i < width_; ++i) out[i] += F16ToFloat(row[i]);
      return;
    }
    case WeightFormat::kBF16: {
      const uint16_t* row = buffer_.as<uint16_t>() + id * width_;
      for (int64_t i = 0; i < width_; ++i) out[i] += BF16ToFloat(row[i]);
      return;
    }
    case WeightFormat::kQ8:
    case WeightFormat::kQ4:
      return;
  }
}

}  // namespace musicgen::nn
