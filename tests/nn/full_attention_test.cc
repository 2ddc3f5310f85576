#include "nn/full_attention.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernels/attention.h"
#include "nn/noise.h"
#include "tensor/aligned_buffer.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;

constexpr int64_t kHeads = 2;

// Of every query by itself, as kernels/attention.h defines it.
std::vector<float> RowByRow(int64_t dim, int64_t keys, const std::vector<float>& k,
                            const std::vector<float>& v, std::vector<float> queries,
                            const std::vector<float>& bias) {
  const AlignedBuffer key_memory(kernels::KeyBytes(WeightFormat::kF32, kHeads, dim, keys));
  const AlignedBuffer value_memory(kernels::ValueBytes(WeightFormat::kF32, kHeads, dim, keys));
  const kernels::KvView kv = {WeightFormat::kF32, kHeads, dim, keys, key_memory.data(),
                              value_memory.data()};
  const int64_t stride = kHeads * dim;
  for (int64_t p = 0; p < keys; ++p) {
    kernels::StoreKeyValue(kv, p, 0, kHeads, k.data() + p * stride, dim, v.data() + p * stride,
                           dim);
  }
  std::vector<float> scratch(static_cast<size_t>(kernels::AttentionScratchFloats(keys, dim)));
  const int64_t rows = static_cast<int64_t>(queries.size()) / stride;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t head = 0; head < kHeads; ++head) {
      kernels::AttentionOptions options;
      options.scale = 0.3f;
      if (!bias.empty()) options.bias = bias.data() + (rows - 1 - r);
      float* q = queries.data() + r * stride + head * dim;
      kernels::AttendRow(q, kv, head, keys, options, scratch.data(), q);
    }
  }
  return queries;
}

TEST(FullAttentionTest, GivesTheBitsOfEachRow) {
  for (const int64_t dim : {4, 7, 24, 64}) {
    for (const int64_t keys : {1, 31, 32, 65, 130, 333}) {
      const int64_t stride = kHeads * dim, rows = FullAttention::kMostQueries;
      const std::vector<float> k = Noise(keys * stride, 1), v = Noise(keys * stride, 2),
                               queries = Noise(rows * stride, 3);
      for (const std::vector<float>& bias : {std::vector<float>(), Noise(keys + rows, 4)}) {
        FullAttention attention(kHeads, dim, keys);
        // In parts that begin where a block of 32 does, the second first.
        const int64_t first = std::min<int64_t>(keys, 32);
        attention.Store(first, keys - first, k.data() + first * stride, v.data() + first * stride,
                        stride);
        attention.Store(0, first, k.data(), v.data(), stride);
        for (const int64_t count : {int64_t{1}, int64_t{5}, rows}) {
          std::vector<float> some(queries.begin(), queries.begin() + count * stride), found = some;
          std::vector<float> own_bias;
          if (!bias.empty()) own_bias.assign(bias.begin(), bias.begin() + keys + count);
          const std::vector<float> expected = RowByRow(dim, keys, k, v, some, own_bias);
          std::vector<float> scratch(static_cast<size_t>(attention.ScratchFloats()));
          for (int64_t head = 0; head < kHeads; ++head) {
            attention.Attend(head, count, 0.3f,
                             bias.empty() ? nullptr : own_bias.data() + count - 1, stride,
                             scratch.data(), found.data() + head * dim);
          }
          ASSERT_EQ(std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)), 0)
              << dim << " wide, " << keys << " keys, " << count << " queries";
        }
      }
    }
  }
}

}  // namespace
}  // namespace musicgen::nn
