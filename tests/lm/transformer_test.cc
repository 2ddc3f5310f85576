#include "lm/transformer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernels/isa.h"
#include "lm/guidance.h"
#include "lm/tiny_transformer.h"

namespace musicgen::lm {
namespace {

// Ten times the references' own float error.
constexpr double kLogitTolerance = 2e-4;
constexpr double kGuidedTolerance = 1e-3;

// Logits [S, K, V] of every column of `ids` [K, S], `chunk` columns at a time.
std::vector<float> AllLogits(const Transformer& transformer, ThreadPool& pool, const Codes& ids,
                             const CrossCache* cross, int64_t chunk) {
  const int64_t outputs = transformer.config().codebooks * transformer.config().codebook_size;
  std::vector<float> logits(static_cast<size_t>(ids.frames * outputs));
  nn::KvCache cache = transformer.NewCache(ids.frames);
  Transformer::Scratch scratch;
  for (int64_t begin = 0; begin < ids.frames; begin += chunk) {
    std::vector<TransformerRow> rows;
    for (int64_t p = begin; p < std::min(begin + chunk, ids.frames); ++p) {
      rows.push_back({&cache, cross, p, ids.values.data() + p, ids.frames, nullptr,
                      logits.data() + p * outputs});
    }
    transformer.Forward(pool, rows, scratch);
  }
  return logits;
}

// In two chunks, which must not matter.
CrossCache PassedCross(const Transformer& transformer, ThreadPool& pool,
                       const ConditionRows& condition) {
  CrossCache cross = transformer.NewCross(condition.rows);
  const int64_t half = condition.rows / 2;
  transformer.PassCross(pool, condition.values.data(), {0, half}, cross);
  transformer.PassCross(pool, condition.values.data(), {half, condition.rows}, cross);
  return cross;
}

class TransformerTest : public testing::Test {
 protected:
  TransformerTest() : transformer_(LoadTinyTransformer()), golden_("hf-tiny-mono") {
    const Shape shape = golden_.ShapeOf("lm.input_ids");
    books_ = shape[1];
    columns_ = shape[2];
    size_ = transformer_->config().codebook_size;
    ids_ = SliceCodes(golden_.Ints("lm.input_ids"), 0, books_, columns_);
    // Prompt 0 is the first, and the longest, of the golden batch of conditions.
    const Shape condition = golden_.ShapeOf("cond.batch");
    condition_ =
        CrossRows(golden_.Floats("cond.batch"), 0, condition[1], condition[1], condition[2])
            .branches[0]
            .cross;
  }

  // [K, S, V], as the goldens have it, of the columns from `first` on.
  std::vector<float> ByCodebook(const std::vector<float>& logits, int64_t first) const {
    std::vector<float> out;
    for (int64_t k = 0; k < books_; ++k) {
      for (int64_t s = first; s < columns_; ++s) {
        const auto begin = logits.begin() + static_cast<std::ptrdiff_t>((s * books_ + k) * size_);
        out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(size_));
      }
    }
    return out;
  }
  std::vector<float> FirstItem(const std::string& name) const {
    std::vector<float> values = golden_.Floats(name);
    values.resize(values.size() / static_cast<size_t>(golden_.ShapeOf(name)[0]));
    return values;
  }

  ThreadPool pool_{2};
  std::unique_ptr<Transformer> transformer_;
  Golden golden_;
  int64_t books_, columns_, size_;
  Codes ids_;
  ConditionRows condition_;
};

TEST_F(TransformerTest, LogitsMatchTransformers) {
  const CrossCache cross = PassedCross(*transformer_, pool_, condition_);
  const std::vector<float> conditional = AllLogits(*transformer_, pool_, ids_, &cross, columns_);
  const std::vector<float> null = AllLogits(*transformer_, pool_, ids_, nullptr, columns_);
  EXPECT_LE(MaxAbsDiff(ByCodebook(conditional, 0), FirstItem("lm.logits_cond")), kLogitTolerance);
  EXPECT_LE(MaxAbsDiff(ByCodebook(conditional, columns_ - 2), FirstItem("lm.logits_cond_tail")),
            kLogitTolerance);
  EXPECT_LE(MaxAbsDiff(ByCodebook(null, columns_ - 2), FirstItem("lm.logits_uncond_tail")),
            kLogitTolerance);
  std::vector<float> guided(conditional.size());
  Guide(std::vector{conditional.data(), null.data()}, {3.0}, static_cast<int64_t>(guided.size()),
        guided.data());
  EXPECT_LE(MaxAbsDiff(ByCodebook(guided, columns_ - 1), FirstItem("lm.logits_guided_last")),
            kGuidedTolerance);
}

// The null condition skips the cross-attention block; attending to zero vectors must give the same
// bits.
TEST_F(TransformerTest, ZeroConditionsEqualTheNullCondition) {
  ConditionRows zeros = condition_;
  std::fill(zeros.values.begin(), zeros.values.end(), 0.0f);
  const CrossCache cross = PassedCross(*transformer_, pool_, zeros);
  EXPECT_EQ(AllLogits(*transformer_, pool_, ids_, &cross, columns_),
            AllLogits(*transformer_, pool_, ids_, nullptr, columns_));
}

class TransformerInvarianceTest : public TransformerTest,
                                  public testing::WithParamInterface<kernels::WeightFormat> {};

TEST_P(TransformerInvarianceTest, ChunksThreadsAndInstructionSetsGiveTheSameBits) {
  const auto transformer = LoadTinyTransformer({GetParam(), GetParam()});
  const kernels::Isa before = kernels::ActiveIsa();
  kernels::ForceIsa(kernels::Isa::kScalar);
  std::vector<float> expected;
  {
    ThreadPool one(1);
    const CrossCache cross = PassedCross(*transformer, one, condition_);
    expected = AllLogits(*transformer, one, ids_, &cross, columns_);
  }
  for (const kernels::Isa isa : kernels::SupportedIsas()) {
    kernels::ForceIsa(isa);
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      const CrossCache cross = PassedCross(*transformer, pool, condition_);
      for (const int64_t chunk : {int64_t{1}, int64_t{3}, columns_}) {
        const std::vector<float> logits = AllLogits(*transformer, pool, ids_, &cross, chunk);
        EXPECT_EQ(0, std::memcmp(logits.data(), expected.data(), expected.size() * sizeof(float)))
            << kernels::IsaName(isa) << ", " << threads << " threads, chunks of " << chunk;
      }
    }
  }
  kernels::ForceIsa(before);
}

INSTANTIATE_TEST_SUITE_P(Formats, TransformerInvarianceTest,
                         testing::Values(kernels::WeightFormat::kF32, kernels::WeightFormat::kF16,
                                         kernels::WeightFormat::kBF16),
                         [](const auto& param_info) {
                           return kernels::FormatName(param_info.param);
                         });

// What narrower weights cost on this model: rounding each weight to 8 bits of mantissa moves a
// logit (standard deviation about 5) by well under a hundredth of the spread per layer.
TEST_F(TransformerTest, NarrowWeightsStayClose) {
  const auto f16 = LoadTinyTransformer({kernels::WeightFormat::kF16, kernels::WeightFormat::kF32});
  const auto bf16 =
      LoadTinyTransformer({kernels::WeightFormat::kBF16, kernels::WeightFormat::kBF16});
  const std::vector<float> exact = AllLogits(*transformer_, pool_, ids_, nullptr, columns_);
  EXPECT_LE(MaxAbsDiff(AllLogits(*f16, pool_, ids_, nullptr, columns_), exact), 0.05);
  EXPECT_LE(MaxAbsDiff(AllLogits(*bf16, pool_, ids_, nullptr, columns_), exact), 0.4);
}

}  // namespace
}  // namespace musicgen::lm
