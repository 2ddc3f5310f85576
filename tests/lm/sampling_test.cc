#include "lm/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "golden.h"
#include "lm/guidance.h"

namespace musicgen::lm {
namespace {

std::vector<float> Filtered(const std::vector<float>& logits, const SamplingParams& params) {
  const auto size = static_cast<int64_t>(logits.size());
  SamplingScratch scratch(size);
  FilterProbabilities(logits.data(), size, params, scratch);
  std::vector<float> p = std::move(scratch.probabilities);
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (float& x : p) x = static_cast<float>(x / total);
  return p;
}

struct GoldenFilter {
  std::string name;
  SamplingParams params;
};

class GoldenFilterTest : public testing::TestWithParam<GoldenFilter> {};

TEST_P(GoldenFilterTest, ProbabilitiesMatch) {
  const Golden golden("misc");
  const std::vector<float> logits = golden.Floats("sampling.logits");
  const std::vector<float> expected = golden.Floats("sampling.ac." + GetParam().name);
  const size_t size = 256;
  for (size_t row = 0; row < 6; ++row) {
    const auto begin = static_cast<std::ptrdiff_t>(row * size);
    std::vector<float> p =
        Filtered({logits.begin() + begin, logits.begin() + begin + size}, GetParam().params);
    std::vector<float> want(expected.begin() + begin, expected.begin() + begin + size);
    if (GetParam().params.top_p > 0) {
      // Among equal values any of them may be dropped: compare sorted, as the golden says.
      std::sort(p.begin(), p.end());
      std::sort(want.begin(), want.end());
    }
    EXPECT_LE(MaxAbsDiff(p, want), 1e-6) << "row " << row;
  }
}

std::vector<GoldenFilter> GoldenFilters() {
  std::vector<GoldenFilter> filters;
  for (const int64_t k : {1, 2, 5, 50, 250}) {
    filters.push_back({"top_k" + std::to_string(k) + ".t1.0", {false, 1.0, k, 0.0}});
    filters.push_back({"top_k" + std::to_string(k) + ".t0.7", {false, 0.7, k, 0.0}});
  }
  for (const std::string p : {"0.1", "0.5", "0.9", "0.99"}) {
    filters.push_back({"top_p" + p + ".t1.0", {false, 1.0, 250, std::stod(p)}});
    filters.push_back({"top_p" + p + ".t1.3", {false, 1.3, 250, std::stod(p)}});
  }
  return filters;
}

INSTANTIATE_TEST_SUITE_P(AudioCraft, GoldenFilterTest, testing::ValuesIn(GoldenFilters()),
                         [](const auto& param_info) {
                           std::string name = param_info.param.name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(SamplingTest, TopPKeepsTheCrossingItem) {
  std::vector<float> logits;
  for (const double p : {0.4, 0.3, 0.2, 0.1}) logits.push_back(static_cast<float>(std::log(p)));
  const auto kept = [&](double top_p) {
    const std::vector<float> p = Filtered(logits, {false, 1.0, 0, top_p});
    return std::count_if(p.begin(), p.end(), [](float x) { return x > 0; });
  };
  EXPECT_EQ(kept(0.3), 1);
  EXPECT_EQ(kept(0.45), 2);
  EXPECT_EQ(kept(0.65), 2);
  EXPECT_EQ(kept(0.75), 3);
  EXPECT_EQ(kept(0.95), 4);
}

TEST(SamplingTest, DrawsFollowTheDistribution) {
  const std::vector<float> logits = {0.0f, 1.0f, -1.0f, 2.0f, 0.5f, -3.0f};
  const std::vector<float> p = Filtered(logits, {false, 1.0, 0, 0.0});
  std::vector<int> counts(logits.size());
  SamplingScratch scratch(6);
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = Uniform({7, 0, static_cast<uint32_t>(i), 2});
    ++counts[static_cast<size_t>(SampleCode(logits.data(), 6, {false, 1.0, 0, 0.0}, u, scratch))];
  }
  double chi2 = 0.0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double expected = p[i] * kDraws;
    chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi2, 20.5);  // 5 degrees of freedom, p = 0.001
}

TEST(SamplingTest, TemperatureZeroAndGreedyTakeTheFirstMaximum) {
  const std::vector<float> logits = {1.0f, 3.0f, 3.0f, 2.0f};
  SamplingScratch scratch(4);
  EXPECT_EQ(SampleCode(logits.data(), 4, {true, 1.0, 250, 0.0}, 0.99, scratch), 1);
  EXPECT_EQ(SampleCode(logits.data(), 4, {false, 0.0, 250, 0.0}, 0.99, scratch), 1);
}

TEST(SamplingTest, TheEndsOfTheUnitIntervalDrawKeptCodes) {
  const std::vector<float> logits = {-50.0f, 1.0f, 0.0f, -50.0f};
  SamplingScratch scratch(4);
  EXPECT_EQ(SampleCode(logits.data(), 4, {false, 1.0, 2, 0.0}, 0.0, scratch), 1);
  EXPECT_EQ(SampleCode(logits.data(), 4, {false, 1.0, 2, 0.0}, 1.0 - 0x1p-53, scratch), 2);
}

TEST(SamplingTest, GuidanceOfEqualRowsIsEither) {
  const std::vector<float> row = {0.5f, -2.0f, 1.25f};
  std::vector<float> guided(3);
  Guide(std::vector{row.data(), row.data()}, {3.0}, 3, guided.data());
  EXPECT_EQ(guided, row);
}

TEST(SamplingTest, GuidanceMixesBranchAfterBranch) {
  const float both = 2.0f, style = 1.0f, null = -1.0f;
  float guided = 0.0f;
  Guide(std::vector{&both, &style, &null}, {5.0, 3.0}, 1, &guided);
  EXPECT_EQ(guided, -1.0f + 3.0f * ((1.0f + 5.0f * (2.0f - 1.0f)) + 1.0f));
}

TEST(SamplingTest, WhatIsNoNumberIsNotDrawnFrom) {
  SamplingScratch scratch(3);
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    const std::vector<float> logits = {1.0f, bad, 0.5f};
    EXPECT_EQ(SampleCode(logits.data(), 3, {}, 0.5, scratch), -1);
    EXPECT_EQ(SampleCode(logits.data(), 3, {true}, 0.5, scratch), -1);
  }
}

}  // namespace
}  // namespace musicgen::lm
