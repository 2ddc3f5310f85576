#include "codec/weight_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"

namespace musicgen::codec {
namespace {

// Tensors held in memory.
class MapSource : public checkpoint::TensorSource {
 public:
  void Add(const std::string& name, Shape shape, std::vector<float> values) {
    names_.push_back(name);
    tensors_[name] = {std::move(shape), std::move(values)};
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return tensors_.count(name) > 0; }
  TensorView Get(const std::string& name) const override {
    if (!Has(name)) ThrowBadInput("no tensor ", name);
    const auto& [shape, values] = tensors_.at(name);
    return {name, DType::kF32, shape, values.data()};
  }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::string where_ = "memory";
  std::vector<std::string> names_;
  std::map<std::string, std::pair<Shape, std::vector<float>>> tensors_;
};

// [2, 2, 2]: norms over all axes but the first are 5 and 13.
const std::vector<float> kDirection = {3, 0, 4, 0, 0, 5, 0, 12};
const std::vector<float> kFused = {6, 0, 8, 0, 0, -2.5, 0, -6};
const std::vector<float> kGain = {10, -6.5};

TEST(WeightNormTest, EverySpellingGivesTheFusedWeight) {
  MapSource old_names, new_names, fused;
  old_names.Add("a.conv.weight_g", {2, 1, 1}, kGain);
  old_names.Add("a.conv.weight_v", {2, 2, 2}, kDirection);
  new_names.Add("a.conv.parametrizations.weight.original0", {2, 1, 1}, kGain);
  new_names.Add("a.conv.parametrizations.weight.original1", {2, 2, 2}, kDirection);
  fused.Add("a.conv.weight", {2, 2, 2}, kFused);
  for (const MapSource* source : {&old_names, &new_names, &fused}) {
    EXPECT_EQ(LoadConvWeight(*source, "a.conv", {2, 2, 2}), kFused);
  }
}

// The first axis of a transposed convolution is its input: norms run along it all the same.
TEST(WeightNormTest, OneGainPerIndexOfTheFirstAxis) {
  MapSource source;
  source.Add("t.weight_g", {2, 1, 1}, {5, 13});
  source.Add("t.weight_v", {2, 4, 1}, kDirection);
  EXPECT_EQ(LoadConvWeight(source, "t", {2, 4, 1}), kDirection);
}

TEST(WeightNormTest, AZeroDirectionStaysZero) {
  std::vector<float> v = {0, 0, 3, 4};
  const std::vector<float> gain = {2, 1};
  FuseWeightNorm(gain.data(), 2, 2, v.data());
  EXPECT_EQ(v[0], 0);
  EXPECT_EQ(v[1], 0);
  EXPECT_FLOAT_EQ(v[2], 0.6f);
  EXPECT_FLOAT_EQ(v[3], 0.8f);
}

TEST(WeightNormTest, AnotherShapeIsRefused) {
  MapSource source;
  source.Add("a.conv.weight", {2, 2, 2}, kFused);
  try {
    LoadConvWeight(source, "a.conv", {2, 4, 1});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "memory: expected a.conv.weight of shape [2, 4, 1], found [2, 2, 2]");
  }
}

}  // namespace
}  // namespace musicgen::codec
