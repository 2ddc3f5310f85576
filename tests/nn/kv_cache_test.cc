#include "nn/kv_cache.h"

#include <gtest/gtest.h>

#include <vector>

#include "nn/noise.h"

namespace musicgen::nn {
namespace {

using kernels::KvView;
using kernels::WeightFormat;

constexpr int64_t kLayers = 2, kHeads = 3, kDim = 20, kPositions = 600;  // more than two chunks
constexpr WeightFormat kFormats[] = {WeightFormat::kF32, WeightFormat::kBF16, WeightFormat::kQ8};

// Keys and values of positions [begin, end) of every layer, each layer's its own.
void Fill(KvCache& cache, int64_t begin, int64_t end, uint32_t seed) {
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    for (int64_t i = begin; i < end; ++i) {
      const auto own = static_cast<uint32_t>(seed + i * kLayers + layer);
      const std::vector<float> kv = Noise(2 * kHeads * kDim, own);
      kernels::StoreKeyValue(cache.Layer(layer), i, 0, kHeads, kv.data(), kDim,
                             kv.data() + kHeads * kDim, kDim);
    }
  }
}

std::vector<float> Attend(const KvCache& cache, int64_t keys) {
  const std::vector<float> q = Noise(kDim, 99);
  std::vector<float> out(kLayers * kHeads * kDim);
  std::vector<float> scratch(static_cast<size_t>(kernels::AttentionScratchFloats(keys, kDim)));
  for (int64_t i = 0; i < kLayers * kHeads; ++i) {
    kernels::AttendRow(q.data(), cache.Layer(i / kHeads), i % kHeads, keys, {}, scratch.data(),
                       out.data() + i * kDim);
  }
  return out;
}

TEST(KvCacheTest, CapacityDoesNotMatter) {
  for (WeightFormat format : kFormats) {
    for (int64_t positions : {1, 31, 33, 127, 128, 129, 256, 600}) {
      KvCache exact(format, kLayers, kHeads, kDim, positions);
      KvCache roomy(format, kLayers, kHeads, kDim, 5 * kPositions);
      Fill(exact, 0, positions, 1);
      Fill(roomy, 0, positions, 1);
      EXPECT_EQ(Attend(exact, positions), Attend(roomy, positions)) << positions;
    }
  }
}

TEST(KvCacheTest, ACloneHasThePositionsAskedForAndGoesItsOwnWay) {
  for (WeightFormat format : kFormats) {
    for (int64_t past : {0, 1, 128, 256, 300, 600}) {
      KvCache cache(format, kLayers, kHeads, kDim, kPositions);
      Fill(cache, 0, past, 1);
      KvCache clone = cache.Clone(past);
      EXPECT_EQ(clone.capacity(), cache.capacity());
      EXPECT_EQ(Attend(clone, past), Attend(cache, past)) << past;
      if (past == kPositions) continue;
      const std::vector<float> before = Attend(cache, past);
      Fill(clone, past, kPositions, 2);
      EXPECT_EQ(Attend(cache, past), before);
      Fill(cache, past, kPositions, 2);
      EXPECT_EQ(Attend(clone, kPositions), Attend(cache, kPositions)) << past;
    }
  }
}

}  // namespace
}  // namespace musicgen::nn
