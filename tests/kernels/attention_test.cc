#include "kernels/attention.h"

#include <gtest/gtest.h>

#include "kernels/variants.h"
#include "tensor/aligned_buffer.h"
#include "tensor/dtype.h"

namespace musicgen::kernels {
namespace {

constexpr int64_t kHeads = 3;

constexpr WeightFormat kCacheFormats[] = {WeightFormat::kF32, WeightFormat::kF16,
                                          WeightFormat::kBF16, WeightFormat::kQ8};

// Vectors [n / dim][dim] as the format holds them: at kQ8, 127 steps to a vector's largest.
std::vector<float> Rounded(WeightFormat format, std::vector<float> x, int64_t dim) {
  for (size_t first = 0; first < x.size(); first += static_cast<size_t>(dim)) {
    float largest = 0;
    for (size_t i = 0; i < static_cast<size_t>(dim); ++i) {
      largest = std::max(largest, std::abs(x[first + i]));
    }
    for (size_t i = 0; i < static_cast<size_t>(dim); ++i) {
      float& v = x[first + i];
      if (format == WeightFormat::kF16) v = F16ToFloat(FloatToF16(v));
      if (format == WeightFormat::kBF16) v = BF16ToFloat(FloatToBF16(v));
      if (format == WeightFormat::kQ8) {
        v = std::nearbyint(v * (127.0f / largest)) * (largest * (1.0f / 127.0f));
      }
    }
  }
  return x;
}

// The query that Attend uses, as the attention sees it.
std::vector<float> Query(int64_t dim) { return Noise(kHeads * dim, 3, 2.0f); }
std::vector<float> RoundedQuery(WeightFormat format, int64_t dim) {
  const bool rounds = format == WeightFormat::kQ8;
  return Rounded(rounds ? format : WeightFormat::kF32, Query(dim), dim);
}

// A cache with `keys` positions of noise; those behind, if any, are NaN.
class Cache {
 public:
  Cache(WeightFormat format, int64_t dim, int64_t keys, int64_t capacity)
      : keys_(Noise(keys * kHeads * dim, 1)),
        values_(Noise(keys * kHeads * dim, 2)),
        k_(KeyBytes(format, kHeads, dim, capacity)),
        v_(ValueBytes(format, kHeads, dim, capacity)),
        view_{format, kHeads, dim, capacity, k_.data(), v_.data()} {
    const std::vector<float> nan(static_cast<size_t>(kHeads * dim), NAN);
    for (int64_t i = 0; i < capacity; ++i) {
      const float* key = i < keys ? keys_.data() + i * kHeads * dim : nan.data();
      const float* value = i < keys ? values_.data() + i * kHeads * dim : nan.data();
      StoreKeyValue(view_, i, 0, 1, key, dim, value, dim);  // any split of the heads
      StoreKeyValue(view_, i, 1, kHeads, key, dim, value, dim);
    }
    keys_ = Rounded(format, std::move(keys_), dim);
    values_ = Rounded(format, std::move(values_), dim);
  }
  const KvView& view() const { return view_; }
  double Key(int64_t position, int64_t head, int64_t d) const {
    return keys_[Index(position, head, d)];
  }
  double Value(int64_t position, int64_t head, int64_t d) const {
    return values_[Index(position, head, d)];
  }
  // Of a value at kQ8.
  double Scale(int64_t position, int64_t head) const {
    double largest = 0;
    for (int64_t d = 0; d < view_.head_dim; ++d) {
      largest = std::max(largest, std::abs(Value(position, head, d)));
    }
    return largest / 127;
  }

 private:
  size_t Index(int64_t position, int64_t head, int64_t d) const {
    return static_cast<size_t>((position * kHeads + head) * view_.head_dim + d);
  }
  std::vector<float> keys_, values_;
  AlignedBuffer k_, v_;
  KvView view_;
};

std::vector<float> Attend(const KernelTable& table, const KvView& view, int64_t keys,
                          const AttentionOptions& options) {
  const int64_t dim = view.head_dim;
  const std::vector<float> q = Query(dim);
  std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(keys, dim)));
  std::vector<float> out(static_cast<size_t>(kHeads * dim + 1), 12345.0f);
  // Backwards, so that what is written behind a head would show.
  for (int64_t head = kHeads - 1; head >= 0; --head) {
    table.attend_row(q.data() + head * dim, view, head, keys, options, scratch.data(),
                     out.data() + head * dim);
  }
  EXPECT_EQ(out.back(), 12345.0f);
  return out;
}

TEST(AttentionTest, ScalarMatchesDouble) {
  for (WeightFormat format : kCacheFormats) {
    for (int64_t keys : {1, 33, 200}) {
      const int64_t dim = 20;
      const Cache cache(format, dim, keys, keys);
      const std::vector<float> bias = Noise(keys, 4);
      const AttentionOptions options{0.3f, bias.data()};
      const std::vector<float> q = RoundedQuery(format, dim);
      const std::vector<float> out = Attend(kScalarKernels, cache.view(), keys, options);
      for (int64_t head = 0; head < kHeads; ++head) {
        std::vector<double> scores;
        double top = -INFINITY, sum = 0, score_error = 0;
        for (int64_t key = 0; key < keys; ++key) {
          double score = 0, magnitude = 0;
          for (int64_t d = 0; d < dim; ++d) {
            const double product =
                double{q[static_cast<size_t>(head * dim + d)]} * cache.Key(key, head, d);
            score += product;
            magnitude += std::abs(product);
          }
          score = score * options.scale + bias[static_cast<size_t>(key)];
          score_error = std::max(score_error, static_cast<double>(dim + 3) * 0x1p-24 *
                                                  (magnitude * options.scale + 2));
          scores.push_back(score);
          top = std::max(top, score);
        }
        for (double& score : scores) sum += score = std::exp(score - top);
        // A weight's relative error: twice that of a score, of exp, and of the chains.
        const double tolerance =
            2 * (2 * score_error + 2e-7) + static_cast<double>(keys + 8) * 0x1p-24;
        for (int64_t d = 0; d < dim; ++d) {
          double exact = 0, magnitude = 0, rounding = 0;
          for (int64_t tile = 0; tile < keys; tile += kKeyTile) {
            double largest = 0, steps = 0;
            for (int64_t key = tile; key < std::min(keys, tile + kKeyTile); ++key) {
              const double weight = scores[static_cast<size_t>(key)] / sum;
              const double value = cache.Value(key, head, d), scale = cache.Scale(key, head);
              exact += weight * value;
              magnitude += std::abs(weight * value);
              largest = std::max(largest, weight * scale);
              steps += std::abs(value) / scale;
            }
            // Half a step of the tile's weights, for each value.
            if (format == WeightFormat::kQ8) rounding += largest / 16383 / 2 * steps;
          }
          ASSERT_NEAR(out[static_cast<size_t>(head * dim + d)], exact,
                      tolerance * magnitude + 1.01 * rounding)
              << FormatName(format) << " " << keys;
        }
      }
    }
  }
}

TEST(AttentionTest, ScalarAddsUpSegmentsOfKeysInOrder) {
  const int64_t dim = 20;
  for (const int64_t keys : {1, 63, 64, 65, 128, 200}) {
    const Cache cache(WeightFormat::kF32, dim, keys, keys);
    // A query of zeros weighs all keys alike, by 1 before the division.
    const std::vector<float> q(static_cast<size_t>(dim));
    std::vector<float> out(static_cast<size_t>(dim));
    std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(keys, dim)));
    kScalarKernels.attend_row(q.data(), cache.view(), 1, keys, {}, scratch.data(), out.data());
    for (int64_t d = 0; d < dim; ++d) {
      float total = 0;
      for (int64_t key = 0; key < keys;) {
        float segment = 0;
        const int64_t begin = key, end = std::min(begin + kKeySegment, keys);
        for (; key < end; ++key) segment += static_cast<float>(cache.Value(key, 1, d));
        total = begin == 0 ? segment : total + segment;
      }
      ASSERT_EQ(out[static_cast<size_t>(d)], total / static_cast<float>(keys)) << keys;
    }
  }
}

TEST(AttentionTest, ChunksChangeNoBit) {
  constexpr int64_t kDim = 48, kKeys = 150;
  const std::vector<float> k = Noise(kKeys * kHeads * kDim, 1), v = Noise(kKeys * kHeads * kDim, 2);
  for (WeightFormat format : kCacheFormats) {
    const Cache whole(format, kDim, kKeys, kKeys);
    for (int64_t chunk : {32, 64, 160}) {
      const auto key_bytes = static_cast<int64_t>(KeyBytes(format, kHeads, kDim, chunk));
      const int64_t stride =
          key_bytes + static_cast<int64_t>(ValueBytes(format, kHeads, kDim, chunk)) + 64;
      AlignedBuffer memory(static_cast<size_t>((kKeys / chunk + 1) * stride));
      const KvView view{format, kHeads, kDim, chunk, memory.data(), memory.as<char>() + key_bytes,
                        stride};
      for (int64_t i = 0; i < kKeys; ++i) {
        const int64_t at = i * kHeads * kDim;
        StoreKeyValue(view, i, 0, kHeads, k.data() + at, kDim, v.data() + at, kDim);
      }
      for (int64_t keys : {1, 32, 33, 64, 65, 128, 150}) {
        for (const Variant& variant : AllVariants()) {
          ASSERT_TRUE(SameBits(Attend(*variant.table, view, keys, {0.7f}),
                               Attend(*variant.table, whole.view(), keys, {0.7f})))
              << variant.name << " " << FormatName(format) << " chunk " << chunk << " keys "
              << keys;
        }
      }
    }
  }
}

TEST(AttentionTest, EveryInstructionSetGivesTheScalarBits) {
  for (WeightFormat format : kCacheFormats) {
    for (int64_t dim : {1, 4, 16, 20, 48, 64, 80, 128}) {
      for (int64_t keys : {0, 1, 15, 16, 17, 31, 32, 33, 64, 97, 128, 1000}) {
        if (keys == 1000 && dim != 64) continue;
        const Cache cache(format, dim, keys, keys + 3);
        const std::vector<float> bias = Noise(keys, 4, 3.0f);
        for (const float* b : {static_cast<const float*>(nullptr), bias.data()}) {
          const std::vector<float> expected = Attend(kScalarKernels, cache.view(), keys, {0.7f, b});
          for (const Variant& variant : FastVariants()) {
            ASSERT_TRUE(SameBits(Attend(*variant.table, cache.view(), keys, {0.7f, b}), expected))
                << variant.name << " " << FormatName(format) << " dim " << dim << " keys " << keys;
          }
        }
      }
    }
  }
}

TEST(AttentionTest, PositionBytesCountWhatIsRead) {
  // A key and a value of 64 and 64 numbers, at eight bits with a scale each; 20 are padded to 32
  // as values.
  EXPECT_EQ(PositionBytes(WeightFormat::kF32, 16, 64), 16u * 128 * 4);
  EXPECT_EQ(PositionBytes(WeightFormat::kBF16, 3, 20), 3u * (20 + 32) * 2);
  EXPECT_EQ(PositionBytes(WeightFormat::kQ8, 16, 64), 16u * (64 + 4 + 64 + 4));
  EXPECT_EQ(PositionBytes(WeightFormat::kQ8, 1, 20), 20u + 4 + 32 + 4);
}

TEST(AttentionTest, NoKeysGiveZeros) {
  const Cache cache(WeightFormat::kF32, 16, 0, 4);
  for (const Variant& variant : AllVariants()) {
    const std::vector<float> out = Attend(*variant.table, cache.view(), 0, {});
    for (size_t i = 0; i + 1 < out.size(); ++i) EXPECT_EQ(out[i], 0.0f);
  }
}

TEST(AttentionTest, MayWriteOverTheQuery) {
  for (WeightFormat format : kCacheFormats) {
    const int64_t dim = 72, keys = 70;
    const Cache cache(format, dim, keys, keys);
    const std::vector<float> bias = Noise(keys, 4);
    const AttentionOptions options{0.3f, bias.data()};
    for (const Variant& variant : AllVariants()) {
      std::vector<float> expected = Attend(*variant.table, cache.view(), keys, options);
      expected.resize(static_cast<size_t>(kHeads * dim));
      std::vector<float> out = Query(dim);
      std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(keys, dim)));
      for (int64_t head = 0; head < kHeads; ++head) {
        float* q = out.data() + head * dim;
        variant.table->attend_row(q, cache.view(), head, keys, options, scratch.data(), q);
      }
      EXPECT_TRUE(SameBits(out, expected)) << variant.name << " " << FormatName(format);
    }
  }
}

TEST(AttentionTest, PositionsBehindAndCapacityDoNotMatter) {
  const Cache tight(WeightFormat::kBF16, 24, 45, 45), roomy(WeightFormat::kBF16, 24, 45, 200);
  for (const Variant& variant : AllVariants()) {
    const std::vector<float> out = Attend(*variant.table, tight.view(), 45, {0.5f});
    EXPECT_TRUE(SameBits(out, Attend(*variant.table, roomy.view(), 45, {0.5f}))) << variant.name;
    for (float v : out) EXPECT_FALSE(std::isnan(v));
  }
}

TEST(AttentionTest, BiasOfMinusInfinityMasks) {
  const Cache cache(WeightFormat::kF32, 16, 40, 40);
  std::vector<float> bias(40, -INFINITY);
  bias[7] = 0.0f;
  for (const Variant& variant : AllVariants()) {
    const std::vector<float> out = Attend(*variant.table, cache.view(), 40, {1.0f, bias.data()});
    for (int64_t d = 0; d < 16; ++d) {
      EXPECT_EQ(out[static_cast<size_t>(d)], static_cast<float>(cache.Value(7, 0, d)));
    }
  }
}

TEST(AttentionTest, UnusualValuesAtEightBits) {
  // Tiles whose weights vanish, values of zeros, and one that is not finite.
  constexpr int64_t kDim = 16, kKeys = 80;
  std::vector<float> bias(kKeys, -INFINITY);
  for (int64_t i = 32; i < 40; ++i) bias[static_cast<size_t>(i)] = 0.0f;
  const std::vector<float> key = Noise(kHeads * kDim, 1);
  for (float odd : {0.0f, 1e-38f, INFINITY, NAN}) {
    AlignedBuffer k(KeyBytes(WeightFormat::kQ8, kHeads, kDim, kKeys));
    AlignedBuffer v(ValueBytes(WeightFormat::kQ8, kHeads, kDim, kKeys));
    const KvView view{WeightFormat::kQ8, kHeads, kDim, kKeys, k.data(), v.data()};
    for (int64_t i = 0; i < kKeys; ++i) {
      const std::vector<float> value(kHeads * kDim, i == 33 ? odd : 2.0f);
      StoreKeyValue(view, i, 0, kHeads, key.data(), kDim, value.data(), kDim);
    }
    for (const Variant& variant : AllVariants()) {
      const std::vector<float> out = Attend(*variant.table, view, kKeys, {1.0f, bias.data()});
      for (int64_t d = 0; d < kHeads * kDim; ++d) {  // eight equal weights
        const float found = out[static_cast<size_t>(d)];
        if (std::isfinite(odd)) {
          EXPECT_NEAR(found, 2.0 * 7 / 8, 1e-3) << variant.name << " " << odd;
        } else {
          EXPECT_TRUE(std::isnan(found)) << variant.name << " " << odd;
        }
      }
    }
  }
}

TEST(AttentionTest, PublicCallRunsTheActiveKernels) {
  const Cache cache(WeightFormat::kF16, 16, 40, 40);
  const std::vector<float> q = Noise(kHeads * 16, 3, 2.0f);
  std::vector<float> scratch(static_cast<size_t>(AttentionScratchFloats(40, 16))), out(16);
  AttendRow(q.data(), cache.view(), 0, 40, {0.5f}, scratch.data(), out.data());
  const std::vector<float> expected = Attend(kScalarKernels, cache.view(), 40, {0.5f});
  EXPECT_TRUE(SameBits(out, {expected.begin(), expected.begin() + 16}));
}

}  // namespace
}  // namespace musicgen::kernels
