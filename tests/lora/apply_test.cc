// Merged weights against PEFT's own (fixtures/lora), on every layout.
#include "lora/apply.h"

#include <cmath>

#include "api/convert.h"
#include "checkpoint/hostile.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "golden.h"

namespace musicgen::lora {
namespace {

using checkpoint::ErrorOf;
using checkpoint::TensorSource;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kFixtures = kFixturesDirectory;
std::string Fixture(const std::string& name) { return kFixtures + "/lora/" + name; }

model::ModelFiles Open(const std::string& path, const std::vector<LoraFile>& loras) {
  model::ModelFiles files = model::OpenModel(path, "", "");
  Apply(loras, 2, &files);
  return files;
}

// The rows that the goldens keep.
std::vector<float> Kept(const TensorView& tensor) {
  const std::vector<float> all = ToFloats(tensor);
  if (tensor.shape.size() < 2) return all;
  const int64_t rows = tensor.shape[0], columns = tensor.elements() / rows;
  std::vector<float> kept;
  for (const int64_t row : {int64_t{0}, rows / 2, rows - 1}) {
    kept.insert(kept.end(), all.begin() + row * columns, all.begin() + (row + 1) * columns);
  }
  return kept;
}

// A golden's tensor, of transformers' name, in these files.
TensorView Merged(const model::ModelFiles& files, const std::string& name,
                  const TensorSource** source) {
  for (const auto& [beginning, stage] :
       {std::pair{std::string_view("text_encoder."), &files.t5_tensors},
        {std::string_view("audio_encoder."), &files.codec_tensors}}) {
    if (!name.starts_with(beginning)) continue;
    *source = stage->source.get();
    return stage->source->Get(stage->prefix + name.substr(beginning.size()));
  }
  *source = files.lm_tensors.source.get();
  return files.lm_tensors.source->Get(name);
}

// All tensors that the golden of `name` has, within a few roundings to float: the references'
// norms, sums of up to 2,049 squares in float, are the coarsest. Returns how many.
int ExpectGolden(const model::ModelFiles& files, const std::string& name) {
  const auto golden = checkpoint::OpenSafetensors(Fixture(name) + "/golden.safetensors");
  int compared = 0;
  for (const std::string& key : golden->Names()) {
    constexpr std::string_view kBeginning = "weight/";
    if (!key.starts_with(kBeginning)) continue;
    SCOPED_TRACE(key);
    const TensorSource* source = nullptr;
    const TensorView merged = Merged(files, key.substr(kBeginning.size()), &source);
    const std::vector<float> found = Kept(merged), expected = ToFloats(golden->Get(key));
    source->Drop(merged);
    EXPECT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
      EXPECT_NEAR(found[i], expected[i], 4e-7 + 1e-6 * std::abs(expected[i])) << i;
    }
    ++compared;
  }
  return compared;
}

struct Case {
  const char *name, *base;
  int tensors;
};

class ApplyTest : public testing::TestWithParam<Case> {};

TEST_P(ApplyTest, MergesAsPeft) {
  const auto& [name, base, tensors] = GetParam();
  EXPECT_EQ(ExpectGolden(Open(kFixtures + "/" + base, {{Fixture(name)}}), name), tensors);
}

TEST_P(ApplyTest, MergesIntoEveryLayout) {
  const auto& [name, base, tensors] = GetParam();
  const checkpoint::TemporaryFolder folder;
  ModelOptions options;
  options.model = kFixtures + "/" + base;
  for (const char* layout : {"audiocraft", "model.gguf"}) {
    SCOPED_TRACE(layout);
    api::Convert(options, folder.Path(layout));
    EXPECT_EQ(ExpectGolden(Open(folder.Path(layout), {{Fixture(name)}}), name), tensors);
  }
}

TEST_P(ApplyTest, ChangesNothingAtStrengthZero) {
  const auto& [name, base, tensors] = GetParam();
  const std::string path = kFixtures + "/" + base;
  const model::ModelFiles own = Open(path, {}), files = Open(path, {{Fixture(name), 0.0}});
  const TensorSource &before = *own.lm_tensors.source, &after = *files.lm_tensors.source;
  for (const std::string& tensor : before.Names()) {
    const TensorView a = before.Get(tensor), b = after.Get(tensor);
    ASSERT_EQ(a.dtype, b.dtype) << tensor;
    EXPECT_EQ(std::memcmp(a.data, b.data, a.bytes()), 0) << tensor;
  }
}

INSTANTIATE_TEST_SUITE_P(Peft, ApplyTest,
                         testing::Values(Case{"published", "hf-tiny-melody", 40},
                                         Case{"saved", "hf-tiny-melody", 14},
                                         Case{"patterns", "hf-tiny-mono", 55},
                                         Case{"decoder", "hf-tiny-mono", 13},
                                         Case{"dora", "hf-tiny-mono", 11}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Apply, AddsSeveralWithTheirStrengths) {
  const model::ModelFiles files =
      Open(kFixtures + "/hf-tiny-mono", {{Fixture("decoder"), 0.5}, {Fixture("patterns"), -0.5}});
  EXPECT_EQ(ExpectGolden(files, "pair"), 68);
}

TEST(Apply, MergesOnAnyNumberOfThreadsAlike) {
  const std::string path = kFixtures + "/hf-tiny-melody", lora = Fixture("published");
  model::ModelFiles one = model::OpenModel(path, "", ""), five = one;
  Apply(std::vector<LoraFile>{{lora}}, 1, &one);
  Apply(std::vector<LoraFile>{{lora}}, 5, &five);
  for (const std::string& name : one.lm_tensors.source->Names()) {
    const TensorView a = one.lm_tensors.source->Get(name), b = five.lm_tensors.source->Get(name);
    EXPECT_EQ(std::memcmp(a.data, b.data, a.bytes()), 0) << name;
  }
}

TEST(Apply, DescribesTensorsAsTheFileHasThem) {
  const checkpoint::TemporaryFolder folder;
  ModelOptions options;
  options.model = kFixtures + "/hf-tiny-mono";
  options.precision = Precision::kQ8;
  const std::string gguf = folder.Path("q8.gguf");
  api::Convert(options, gguf);
  const model::ModelFiles files = Open(gguf, {{Fixture("decoder")}});
  const std::string name = "decoder.model.decoder.layers.0.fc2.weight";
  const TensorSource& source = *files.lm_tensors.source;
  EXPECT_EQ(source.Describe(name).dtype, DType::kQ8_0);
  const TensorView merged = source.Get(name);
  EXPECT_EQ(merged.dtype, DType::kF32);
  source.Drop(RowsOf(merged, 1, 2));  // a part: the rest is still there
  EXPECT_EQ(ToFloats(merged).size(), size_t{64 * 256});
  source.Drop(merged);
}

std::string Refused(const std::string& base, const std::vector<LoraFile>& loras) {
  return ErrorOf([&] { Open(kFixtures + "/" + base, loras); });
}

TEST(Apply, RefusesAnotherModelsAdapter) {
  EXPECT_THAT(Refused("hf-tiny-mono", {{Fixture("published")}}),
              HasSubstr("(the adapter was made for hf-tiny-melody)"));
  EXPECT_THAT(Refused("hf-tiny-melody-stereo", {{Fixture("published")}}),
              AllOf(HasSubstr("expected ["), HasSubstr("as the base model has it, found A [16, ")));
  EXPECT_THAT(Refused("hf-tiny-melody", {{Fixture("decoder"), 0.0}}),
              HasSubstr("as the base model has it"));
}

TEST(Apply, RefusesWhatIsNotThere) {
  EXPECT_THAT(Refused("hf-tiny-mono", {{"no/such/adapter"}}), HasSubstr("LoRA adapter no/such"));
  EXPECT_THAT(Refused("hf-tiny-mono", {{kFixtures + "/hf-tiny-mono"}}),
              HasSubstr("expected a LoRA adapter, adapter_config.json with"));
  EXPECT_THAT(Refused("hf-tiny-mono", {{Fixture("decoder"), 1e9}}), HasSubstr("strength"));
  EXPECT_THAT(Refused("hf-tiny-mono", {{Fixture("decoder"), std::nan("")}}), HasSubstr("strength"));
}

class HandMadeTest : public testing::Test {
 protected:
  // Onto the text projection of hf-tiny-mono, W [64, 48] with a bias: B·A of rank 1.
  std::string Write(float b, const std::string& more = "") const {
    const std::vector<float> a(48, 1.0f), bs(64, b), bias(64, 0.5f);
    checkpoint::WriteSafetensors(
        folder_.Path("adapter_model.safetensors"),
        {{"enc_to_dec_proj.lora_A.weight", DType::kF32, {1, 48}, a.data()},
         {"enc_to_dec_proj.lora_B.weight", DType::kF32, {64, 1}, bs.data()},
         {"enc_to_dec_proj.lora_B.bias", DType::kF32, {64}, bias.data()}},
        {});
    folder_.Write("adapter_config.json", R"({"r": 1, "lora_alpha": 2)" + more + "}");
    return folder_.path();
  }
  static std::vector<float> Get(const model::ModelFiles& files, const char* name) {
    return ToFloats(files.lm_tensors.source->Get(name));
  }

  checkpoint::TemporaryFolder folder_;
};

TEST_F(HandMadeTest, AddsToMatrixAndBias) {
  const std::string base = kFixtures + "/hf-tiny-mono";
  const model::ModelFiles own = Open(base, {}), files = Open(base, {{Write(0.25f), 0.5}});
  for (const auto& [name, step] :
       {std::pair{"enc_to_dec_proj.weight", 0.25f}, {"enc_to_dec_proj.bias", 0.5f}}) {
    const std::vector<float> before = Get(own, name), after = Get(files, name);
    for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i], before[i] + step);
  }
}

TEST_F(HandMadeTest, RefusesNumbersThatAreNotFinite) {
  for (const float b : {std::numeric_limits<float>::infinity(), std::nanf(""), 3e38f}) {
    const model::ModelFiles files = Open(kFixtures + "/hf-tiny-mono", {{Write(b)}});
    EXPECT_THAT(ErrorOf([&] { Get(files, "enc_to_dec_proj.weight"); }),
                HasSubstr("expected finite numbers"));
  }
}

}  // namespace
}  // namespace musicgen::lora
