// There and back again: the tensors and the settings of a model survive both layouts.

#include "generate/convert.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "generate/companions.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {
namespace {

using checkpoint::TensorSource;

const std::string kFixtures = MUSICGEN_FIXTURES;

class ConvertTest : public testing::Test {
 protected:
  ConvertTest() {
    std::string name = std::filesystem::temp_directory_path() / "convert_test.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ConvertTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Converted(const std::string& from, const std::string& name) const {
    ModelOptions options;
    options.model = from;
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
  static std::vector<int32_t> Greedy(const std::string& model) {
    ModelOptions options;
    options.model = model;
    options.threads = 2;
    GenerationRequest request{"a calm piano piece", {}};
    request.params.use_sampling = false;
    request.params.duration_s = 0.5;
    GenerateOptions codes_only;
    codes_only.decode_audio = false;
    return Model(options).Generate(std::vector{request}, codes_only).value()[0].codes.values;
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

TEST_F(ConvertTest, RefusesToWriteOverItself) {
  const std::string there = Converted(kFixtures + "/hf-tiny-mono", "there");
  ModelOptions options;
  options.model = there;
  EXPECT_THROW(Convert(options, there), Error);
}

}  // namespace
}  // namespace musicgen::generate
