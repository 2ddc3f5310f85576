#include "nn/embedding.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "nn/held_format.h"

namespace musicgen::nn {

using kernels::WeightFormat;

Embedding::Embedding(WeightFormat format, const TensorView& table)
    : format_(HeldFormat(TensorRole::kTable, format, table.shape)),
      rows_(table.shape.at(0)),
      width_(table.shape.at(1)),
      buffer_(kernels::FormatBytes(format_, table.elements())) {
  Store(table, {0, table.elements()});
}

Embedding::Embedding(ThreadPool& pool, WeightFormat format, const TensorView& table)
    : format_(HeldFormat(TensorRole::kTable, format, table.shape)),
      rows_(table.shape.at(0)),
      width_(table.shape.at(1)),
      buffer_(kernels::FormatBytes(format_, table.elements())) {
  pool.Run([&](Worker& worker) {
    Store(table, worker.Split(table.elements(), DTypeGroup(table.dtype)));
  });
}

void Embedding::Store(const TensorView& table, Range elements) {
  const auto convert = [&](auto* to, auto from_float) {
    constexpr int64_t kBlock = 4096;  // a multiple of every group
    float block[kBlock];
    for (int64_t begin = elements.begin; begin < elements.end; begin += kBlock) {
      const int64_t n = std::min(kBlock, elements.end - begin);
      CopyToFloat(table, begin, n, block);
      std::transform(block, block + n, to + begin, from_float);
    }
  };
  switch (format_) {
    case WeightFormat::kF32:
      return convert(buffer_.as<float>(), [](float value) { return value; });
    case WeightFormat::kF16:
      if (table.dtype == DType::kF16) return CopyBits(table, elements);
      return convert(buffer_.as<uint16_t>(), FloatToF16);
    case WeightFormat::kBF16:
      if (table.dtype == DType::kBF16) return CopyBits(table, elements);
      return convert(buffer_.as<uint16_t>(), FloatToBF16);
    case WeightFormat::kQ8:
    case WeightFormat::kQ4:
      return;
  }
}

void Embedding::CopyBits(const TensorView& table, Range elements) {
  if (elements.size() <= 0) return;
  std::memcpy(buffer_.as<uint16_t>() + elements.begin,
              static_cast<const char*>(table.data) + elements.begin * 2,
              static_cast<size_t>(elements.size()) * 2);
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
