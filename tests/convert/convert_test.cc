// There and back again: the tensors and the settings of a model survive both layouts.

#include "convert/convert.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "fixtures_directory.h"
#include "model/weights.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::convert {
namespace {

std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory) {
  std::vector<std::string> notes;
  return model::OpenWeights(directory, &notes);
}

using checkpoint::TensorSource;

const std::string kFixtures = kFixturesDirectory;

class ConvertTest : public testing::Test {
 protected:
  ConvertTest() {
    std::string name = std::filesystem::temp_directory_path() / "convert_test.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ConvertTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Converted(const std::string& from, const std::string& name,
                        Precision precision = Precision::kAuto) const {
    ModelOptions options;
    options.model = from;
    options.precision = precision;
    Convert(options, Path(name));
    return Path(name);
  }
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Every tensor of `before` is in `after`, and nothing else.
  static void ExpectSame(const TensorSource& before, const TensorSource& after) {
    EXPECT_EQ(before.Names().size(), after.Names().size());
    for (const std::string& name : before.Names()) {
      ASSERT_TRUE(after.Has(name)) << name;
      const TensorView a = before.Get(name), b = after.Get(name);
      EXPECT_EQ(a.dtype, b.dtype) << name;
      ASSERT_EQ(a.shape, b.shape) << name;
      EXPECT_EQ(a.bytes() == 0 || std::memcmp(a.data, b.data, a.bytes()) == 0, true) << name;
    }
  }
  static std::vector<int32_t> Greedy(const std::string& model,
                                     Precision precision = Precision::kF32) {
    ModelOptions options;
    options.model = model;
    options.precision = precision;
    options.threads = 2;
    GenerationRequest request{"a calm piano piece", {}};
    request.params.use_sampling = false;
    request.params.duration_s = 0.5;
    GenerateOptions codes_only;
    codes_only.decode_audio = false;
    return Model(options).Generate(std::vector{request}, codes_only)[0].codes.values;
  }

  std::string folder_;
};

TEST_F(ConvertTest, HuggingFaceThereAndBack) {
  const std::string model = kFixtures + "/hf-tiny-mono";
  const std::string there = Converted(model, "there");
  const std::string back = Converted(there, "back");
  ExpectSame(*OpenWeights(model), *OpenWeights(back));
  for (const char* name : {"config.json", "generation_config.json", "preprocessor_config.json",
                           "spiece.model", "tokenizer_config.json"}) {
    EXPECT_EQ(Text(model + "/" + name), Text(back + "/" + name)) << name;
  }
  EXPECT_EQ(Greedy(there), Greedy(model));
}

TEST_F(ConvertTest, AudioCraftThereAndBack) {
  for (const char* name : {"ac-tiny-mono", "ac-tiny-stereo"}) {
    const std::string model = StrCat(kFixtures, "/", name);
    const std::string there = Converted(model, StrCat("there-", name));
    const std::string back = Converted(there, StrCat("back-", name));
    const auto state = [](const std::string& directory, const char* file) {
      return OpenTorchTensors(checkpoint::TorchFile::Open(directory + file), "best_state");
    };
    ExpectSame(*state(model, "/state_dict.bin"), *state(back, "/state_dict.bin"));
    if (std::string(name) == "ac-tiny-mono") {
      ExpectSame(*state(model, "/compression_state_dict.bin"),
                 *state(back, "/compression_state_dict.bin"));
    }
    EXPECT_EQ(Greedy(there), Greedy(model));
    EXPECT_EQ(Greedy(back), Greedy(model));
  }
}

TEST_F(ConvertTest, GgufHoldsTheWholeModel) {
  for (const char* name : {"/hf-tiny-mono", "/hf-tiny-melody"}) {
    const std::string model = kFixtures + name;
    const std::string there = Converted(model, StrCat("there", name + 1, ".gguf"));
    const std::string back = Converted(there, StrCat("back", name + 1));
    ExpectSame(*OpenWeights(model), *OpenWeights(back));
    for (const char* file : {"config.json", "generation_config.json", "preprocessor_config.json",
                             "spiece.model", "tokenizer.json", "tokenizer_config.json"}) {
      EXPECT_EQ(Text(model + "/" + file), Text(back + "/" + file)) << name << " " << file;
    }
    EXPECT_EQ(Greedy(there), Greedy(model));
  }
}

TEST_F(ConvertTest, GgufOfAudioCraftKeepsItsPatternAndDialect) {
  for (const char* name :
       {"/ac-tiny-mono", "/ac-tiny-stereo", "/ac-tiny-melody", "/ac-tiny-parallel"}) {
    const std::string model = kFixtures + name;
    const std::string there = Converted(model, StrCat(name + 1, ".gguf"));
    const model::ModelFiles before = model::OpenModel(model, "", ""),
                            after = model::OpenModel(there, "", "");
    EXPECT_EQ(after.dialect, conditioning::Reference::kAudioCraft);
    EXPECT_EQ(after.lm.pattern.kind, before.lm.pattern.kind);
    EXPECT_EQ(after.lm.pattern.delays, before.lm.pattern.delays);
    EXPECT_EQ(after.max_duration_s, before.max_duration_s);
    EXPECT_EQ(after.two_step_coef, before.two_step_coef);
    EXPECT_EQ(Greedy(there), Greedy(model)) << name;
  }
}

TEST_F(ConvertTest, GgufOfAudioCraftGoesBackToHuggingFace) {
  const std::string model = kFixtures + "/ac-tiny-mono";
  const std::string direct = Converted(model, "direct");
  const std::string through = Converted(Converted(model, "m.gguf"), "through");
  ExpectSame(*OpenWeights(direct), *OpenWeights(through));
  EXPECT_EQ(Text(direct + "/config.json"), Text(through + "/config.json"));
}

TEST_F(ConvertTest, QuantizedGgufGivesTheCodesOfQuantizingAtLoad) {
  for (const char* name : {"/hf-tiny-mono", "/hf-tiny-melody-stereo", "/ac-tiny-stereo"}) {
    const std::string model = kFixtures + name;
    for (const Precision precision : {Precision::kQ8, Precision::kQ4}) {
      const std::string there =
          Converted(model, StrCat(name + 1, PrecisionName(precision), ".gguf"), precision);
      EXPECT_EQ(Greedy(there, precision), Greedy(model, precision)) << there;
    }
  }
}

TEST_F(ConvertTest, QuantizedGgufComesBackAsTheSameNumbers) {
  const std::string there = Converted(kFixtures + "/hf-tiny-mono", "m.gguf", Precision::kQ8);
  const std::string back = Converted(there, "back");
  const model::ModelFiles before = model::OpenModel(there, "", ""),
                          after = model::OpenModel(back, "", "");
  const std::string name = "decoder.model.decoder.layers.0.fc1.weight";
  const TensorView quantized = before.lm_tensors.source->Get(name);
  EXPECT_EQ(quantized.dtype, DType::kQ8_0);
  EXPECT_EQ(after.lm_tensors.source->Get(name).dtype, DType::kF32);
  EXPECT_EQ(ToFloats(quantized), ToFloats(after.lm_tensors.source->Get(name)));
}

TEST_F(ConvertTest, OnlyGgufIsQuantized) {
  ModelOptions options;
  options.model = kFixtures + "/hf-tiny-mono";
  options.precision = Precision::kQ8;
  EXPECT_THROW(Convert(options, Path("folder")), Error);
  EXPECT_FALSE(std::filesystem::exists(Path("folder")));
}

TEST_F(ConvertTest, RefusesToWriteOverItself) {
  const std::string there = Converted(kFixtures + "/hf-tiny-mono", "there");
  ModelOptions options;
  options.model = there;
  EXPECT_THROW(Convert(options, there), Error);
}

}  // namespace
}  // namespace musicgen::convert
