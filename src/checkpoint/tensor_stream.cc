#include "checkpoint/tensor_stream.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "tensor/quantized_group.h"

namespace musicgen::checkpoint {
namespace {

constexpr int64_t kPiece = int64_t{1} << 20;  // elements; a multiple of every group
constexpr float kLargestF16 = 65504.0f;

bool IsFloat(DType dtype) {
  return dtype == DType::kF64 || dtype == DType::kF32 || dtype == DType::kF16 ||
         dtype == DType::kBF16;
}

bool IsQuantized(DType dtype) { return dtype == DType::kQ8_0 || dtype == DType::kQ4_0; }

template <class Group>
void StoreGroups(const float* x, int64_t n, void* out) {
  auto* groups = static_cast<Group*>(out);
  for (int64_t i = 0; i < n / kQuantGroup; ++i) Quantize(x + i * kQuantGroup, &groups[i]);
}

void Store(const float* x, int64_t n, DType to, void* out) {
  switch (to) {
    case DType::kF32:
      std::copy_n(x, n, static_cast<float*>(out));
      return;
    case DType::kF16:
      std::transform(x, x + n, static_cast<uint16_t*>(out), FloatToF16);
      return;
    case DType::kBF16:
      std::transform(x, x + n, static_cast<uint16_t*>(out), FloatToBF16);
      return;
    case DType::kQ8_0:
      return StoreGroups<Q8Group>(x, n, out);
    case DType::kQ4_0:
      return StoreGroups<Q4Group>(x, n, out);
    default:
      MG_CHECK(false);
  }
}

}  // namespace

bool CanConvert(DType from, DType to) {
  if (from == to) return true;
  return (IsFloat(from) || IsQuantized(from)) &&
         ((IsFloat(to) && to != DType::kF64) || IsQuantized(to));
}

void StreamAs(const TensorView& tensor, DType to, ThreadPool& pool, const PutBytes& put) {
  MG_CHECK(CanConvert(tensor.dtype, to));
  if (tensor.dtype == to) return put(tensor.data, tensor.bytes());
  const int64_t group = DTypeGroup(to), elements = tensor.elements();
  MG_CHECK_EQ(elements % group, 0);
  const int64_t grain = std::max(group, DTypeGroup(tensor.dtype));
  const auto piece = static_cast<size_t>(std::min(kPiece, elements));
  std::vector<float> values(piece);
  std::vector<uint64_t> stored(piece / static_cast<size_t>(group) * DTypeBytes(to) / 8 + 1);
  auto* out = reinterpret_cast<char*>(stored.data());
  for (int64_t begin = 0; begin < elements; begin += kPiece) {
    const int64_t n = std::min(kPiece, elements - begin);
    pool.Run([&](Worker& worker) {
      const Range mine = worker.Split(n, grain);
      if (mine.size() <= 0) return;
      CopyToFloat(tensor, begin + mine.begin, mine.size(), values.data() + mine.begin);
      Store(values.data() + mine.begin, mine.size(), to,
            out + static_cast<size_t>(mine.begin / group) * DTypeBytes(to));
    });
    put(out, static_cast<size_t>(n / group) * DTypeBytes(to));
  }
}

bool FitsF16(const TensorView& tensor, ThreadPool& pool) {
  std::atomic<bool> fits = true;
  pool.Run([&](Worker& worker) {
    constexpr int64_t kBlock = 4096;
    float block[kBlock];
    const Range mine = worker.Split(tensor.elements(), kBlock);
    for (int64_t begin = mine.begin; begin < mine.end && fits; begin += kBlock) {
      const int64_t n = std::min(kBlock, mine.end - begin);
      CopyToFloat(tensor, begin, n, block);
      if (std::any_of(block, block + n, [](float value) {
            return std::abs(value) > kLargestF16 && std::isfinite(value);
          })) {
        fits = false;
      }
    }
  });
  return fits;
}

}  // namespace musicgen::checkpoint
