#include "checkpoint/tensor_source.h"

#include <map>

#include "checkpoint/hostile.h"

namespace musicgen::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class FakeSource : public TensorSource {
 public:
  FakeSource& Add(const std::string& name, Shape shape, DType dtype = DType::kF32) {
    names_.push_back(name);
    tensors_[name] = {name, dtype, std::move(shape), nullptr};
    return *this;
  }
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return tensors_.count(name) != 0; }
  TensorView Get(const std::string& name) const override { return tensors_.at(name); }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::string where_ = "m.safetensors";
  std::vector<std::string> names_;
  std::map<std::string, TensorView> tensors_;
};

std::string CheckError(const FakeSource& source, const std::vector<ExpectedTensor>& expected,
                       const std::vector<std::string>& ignored = {}) {
  return ErrorOf([&] { CheckTensors(source, expected, ignored, true); });
}

TEST(CheckTensorsTest, AcceptsExactlyWhatIsExpected) {
  FakeSource source;
  source.Add("a", {2, 3}).Add("b", {}, DType::kF16).Add("c", {4}, DType::kBF16);
  source.Add("d", {1}, DType::kF64);
  EXPECT_EQ(CheckError(source, {{"d", {1}}, {"a", {2, 3}}, {"b", {}}, {"c", {4}}}), "");
  EXPECT_EQ(CheckError(FakeSource(), {}), "");
}

TEST(CheckTensorsTest, IgnoresNamesPrefixesAndSuffixes) {
  FakeSource source;
  source.Add("plain", {1}).Add("encoder.x", {2}).Add("vq.0.inited", {3}, DType::kBool);
  EXPECT_EQ(CheckError(source, {}, {"plain", "encoder.*", "*.inited"}), "");
  EXPECT_THAT(CheckError(source, {}, {"plai", "ncoder.*", "*.inite"}), HasSubstr("3 unexpected"));
  EXPECT_THAT(CheckTensors(source, {}, {"encoder.*"}), ElementsAre("plain", "vq.0.inited"));
  EXPECT_EQ(CheckError(source, {}, {"*"}), "");
}

TEST(CheckTensorsTest, NamesWhatIsWrongInOneLine) {
  FakeSource source;
  source.Add("fc1.weight", {3, 2}).Add("extra", {1}).Add("ids", {2}, DType::kI64);
  EXPECT_EQ(CheckError(source, {{"fc1.weight", {2, 3}}, {"fc2.weight", {3, 2}}, {"ids", {2}}}),
            "m.safetensors: tensors do not fit the configuration: 1 missing (fc2.weight), "
            "1 unexpected (extra), 2 mis-shaped (fc1.weight: expected floating-point [2, 3], "
            "found F32 [3, 2], ids: expected floating-point [2], found I64 [2])");
}

TEST(CheckTensorsTest, NamesFiveOfManyAndEveryKind) {
  FakeSource source;
  std::vector<ExpectedTensor> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back({StrCat("missing", i), {1}});
    source.Add(StrCat("extra", i), {1});
  }
  source.Add("shape", {1});
  expected.push_back({"shape", {2}});
  EXPECT_EQ(CheckError(source, expected),
            "m.safetensors: tensors do not fit the configuration: 100 missing (missing0, missing1 "
            "and 98 more), 100 unexpected (extra0, extra1 and 98 more), 1 mis-shaped (shape: "
            "expected floating-point [2], found F32 [1])");
  EXPECT_THAT(CheckError(FakeSource(), expected),
              EndsWith("101 missing (missing0, missing1, missing2, missing3, missing4 and 96 "
                       "more)"));
}

TEST(CheckTensorsTest, UnexpectedOnesAreReturnedUnlessAnotherIsMissing) {
  FakeSource source;
  source.Add("a", {2}).Add("extra", {1}).Add("ids", {2}, DType::kI64);
  EXPECT_THAT(CheckTensors(source, {{"a", {2}}}, {}), ElementsAre("extra", "ids"));
  EXPECT_THAT(CheckTensors(source, {{"a", {2}}}, {"*"}), ElementsAre());
  EXPECT_EQ(ErrorOf([&] {
              CheckTensors(source, {{"a", {2}}, {"b", {2}}}, {"ids"});
            }),
            "m.safetensors: tensors do not fit the configuration: 1 missing (b), 1 unexpected "
            "(extra)");
}

TEST(CheckTensorsTest, NamesStayOnOneLine) {
  FakeSource source;
  source.Add("a\nb" + std::string(10'000, 'x'), {1});
  EXPECT_THAT(CheckError(source, {}), HasSubstr("(a?bxxx"));
}

TEST(FindWeightNormTest, TellsTheSpellings) {
  const auto found = [](const std::vector<std::string>& names) {
    FakeSource source;
    for (const std::string& name : names) source.Add("conv." + name, {1});
    const WeightNormNames result = FindWeightNorm(source, "conv");
    return result.gain + " " + result.direction;
  };
  const std::string old_spelling = "conv.weight_g conv.weight_v";
  const std::string new_spelling =
      "conv.parametrizations.weight.original0 conv.parametrizations.weight.original1";
  EXPECT_EQ(found({"weight_g", "weight_v"}), old_spelling);
  EXPECT_EQ(found({"parametrizations.weight.original0", "parametrizations.weight.original1"}),
            new_spelling);
  EXPECT_EQ(found({"weight"}), " conv.weight");
  // Broken ones: the tensors that CheckTensors will miss.
  EXPECT_EQ(found({}), old_spelling);
  EXPECT_EQ(found({"weight_v", "weight"}), old_spelling);
  EXPECT_EQ(found({"parametrizations.weight.original1"}), new_spelling);
}

}  // namespace
}  // namespace musicgen::checkpoint
