#include "hub/choice.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "fixtures_directory.h"

namespace musicgen::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Listing Recorded(const std::string& name) {
  std::ifstream file(StrCat(kFixturesDirectory, "/../hub/listings/", name, ".json"));
  std::stringstream text;
  text << file.rdbuf();
  Listing listing;
  AddPage(text.str(), name, &listing);
  return listing;
}

Listing Files(const std::vector<std::pair<std::string, uint64_t>>& files) {
  Listing listing;
  for (const auto& [path, bytes] : files) listing.push_back({path, bytes, "", true});
  std::sort(listing.begin(), listing.end(),
            [](const ListedFile& a, const ListedFile& b) { return a.path < b.path; });
  return listing;
}

std::vector<std::string> Weights(const Choice& choice) {
  std::vector<std::string> paths;
  for (const ListedFile& file : choice.files) {
    if (IsWeight(file)) paths.push_back(file.path);
  }
  return paths;
}

std::string Refused(const Listing& listing, const ChoiceOptions& options) {
  try {
    ChooseFiles(listing, options, "me/model");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

struct Published {
  const char* name;
  std::vector<std::string> weights;
  std::vector<std::string> companions;
  double gigabytes;
};

class PublishedTest : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedTest, TakesOneFormAlone) {
  const Published& expected = GetParam();
  const Choice choice =
      ChooseFiles(Recorded(expected.name), {}, std::string("facebook/") + expected.name);
  EXPECT_EQ(Weights(choice), expected.weights);
  EXPECT_EQ(choice.companions, expected.companions);
  EXPECT_NEAR(static_cast<double>(choice.bytes()) / 1e9, expected.gigabytes, 0.01);
  EXPECT_EQ(choice.files.front().path, "README.md");
}

const std::vector<std::string> kPair = {"state_dict.bin", "compression_state_dict.bin"};
const std::vector<std::string> kTwo = {"model-00001-of-00002.safetensors",
                                       "model-00002-of-00002.safetensors"};
const std::vector<std::string> kThree = {"model-00001-of-00003.safetensors",
                                         "model-00002-of-00003.safetensors",
                                         "model-00003-of-00003.safetensors"};
const std::vector<std::string> kSingle = {"model.safetensors"};

INSTANTIATE_TEST_SUITE_P(
    Eleven, PublishedTest,
    ::testing::Values(Published{"musicgen-small", kSingle, {}, 2.36},
                      Published{"musicgen-medium", kPair, {"t5-base"}, 3.92},
                      Published{"musicgen-large", kPair, {"t5-base"}, 6.75},
                      Published{"musicgen-melody", kTwo, {}, 6.1},
                      Published{"musicgen-melody-large", kThree, {}, 10.5},
                      Published{"musicgen-style",
                                kPair,
                                {"t5-base", "facebook/encodec_32khz", "m-a-p/MERT-v1-95M"},
                                2.84},
                      Published{"musicgen-stereo-small", kSingle, {}, 2.38},
                      Published{"musicgen-stereo-medium", kSingle, {}, 4.07},
                      Published{"musicgen-stereo-large", kTwo, {}, 6.92},
                      Published{"musicgen-stereo-melody", kTwo, {}, 6.33},
                      Published{"musicgen-stereo-melody-large", kThree, {}, 10.64},
                      Published{"t5-base", kSingle, {}, 0.89},
                      Published{"encodec_32khz", kSingle, {}, 0.24},
                      Published{"MERT-v1-95M", {"pytorch_model.bin"}, {}, 0.38}),
    [](const auto& row) {
      std::string name = row.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(ChoiceTest, AnIndexCountsOnlyWithAllOfItsShards) {
  const Choice choice = ChooseFiles(Recorded("musicgen-stereo-medium"), {}, "me/model");
  for (const ListedFile& file : choice.files) EXPECT_FALSE(file.path.ends_with("index.json"));
  const Listing broken = Files({{"config.json", 1},
                                {"model-00001-of-00002.safetensors", 1},
                                {"model.safetensors.index.json", 1},
                                {"pytorch_model.bin", 5}});
  EXPECT_THAT(Weights(ChooseFiles(broken, {}, "me/model")), ElementsAre("pytorch_model.bin"));
}

TEST(ChoiceTest, FormsThatWereAskedFor) {
  const Listing small = Recorded("musicgen-small");
  ChoiceOptions options;
  options.form = Form::kAudioCraft;
  const Choice audiocraft = ChooseFiles(small, options, "facebook/musicgen-small");
  EXPECT_EQ(Weights(audiocraft), kPair);
  EXPECT_THAT(audiocraft.companions, ElementsAre("t5-base"));
  options.form = Form::kGguf;
  EXPECT_THAT(Refused(small, options), HasSubstr("expected a .gguf file on the hub, found "));
  options.form = Form::kSafetensors;
  EXPECT_THAT(Refused(Recorded("musicgen-medium"), options),
              HasSubstr("expected model.safetensors or its shards on the hub, found "));
}

TEST(ChoiceTest, HtDemucs) {
  const Listing separators = Files({{"955717e8.safetensors", 84},
                                    {"README.md", 9},
                                    {"f7e0c4bc.safetensors", 84},
                                    {"htdemucs.yaml", 1},
                                    {"htdemucs_ft.yaml", 1}});
  const Choice choice = ChooseFiles(separators, {}, "adefossez/HTDemucs");
  EXPECT_EQ(choice.form, Form::kDemucs);
  EXPECT_THAT(Weights(choice), ElementsAre("htdemucs.yaml", "955717e8.safetensors"));
  EXPECT_EQ(choice.files.front().path, "README.md");
  EXPECT_THAT(choice.companions, ElementsAre());
  const Listing own = Files({{"htdemucs.yaml", 1}, {"7d3e1a55.safetensors", 1}});
  EXPECT_THAT(Weights(ChooseFiles(own, {}, "me/separator")),
              ElementsAre("htdemucs.yaml", "7d3e1a55.safetensors"));
  ChoiceOptions options;
  options.form = Form::kDemucs;
  EXPECT_THAT(Refused(Recorded("musicgen-small"), options), HasSubstr("expected htdemucs.yaml"));
  EXPECT_THAT(Refused(Files({{"htdemucs.yaml", 1}, {"htdemucs.safetensors", 1}}), options),
              HasSubstr("expected htdemucs.yaml"));
}

TEST(ChoiceTest, AnAdapterWhereThereIsNoModel) {
  const Listing adapter = Files({{"README.md", 9},
                                 {"adapter_config.json", 1},
                                 {"adapter_model.bin", 3},
                                 {"adapter_model.safetensors", 3},
                                 {"config.json", 2},
                                 {"training_args.bin", 5}});
  ChoiceOptions options;
  for (const Form form : {Form::kAuto, Form::kAdapter}) {
    options.form = form;
    const Choice choice = ChooseFiles(adapter, options, "me/tune");
    EXPECT_EQ(choice.form, Form::kAdapter);
    EXPECT_THAT(Weights(choice), ElementsAre("adapter_model.safetensors"));
    EXPECT_EQ(choice.files[choice.files.size() - 2].path, "adapter_config.json");
  }
  EXPECT_THAT(
      Refused(Recorded("musicgen-small"), options),
      HasSubstr("expected adapter_config.json with adapter_model.safetensors or .bin on the "
                "hub, found "));
}

TEST(ChoiceTest, WhatOthersTunedNamesItsStagesItself) {
  const Listing tuned = Files({{"state_dict.bin", 100}, {"compression_state_dict.bin", 78}});
  EXPECT_THAT(ChooseFiles(tuned, {}, "me/tuned").companions, IsEmpty());
}

TEST(ChoiceTest, PatternsTakeTheirFilesAndNoOthers) {
  ChoiceOptions options;
  options.patterns = {"*.bin", "tokenizer*"};
  std::vector<std::string> paths;
  for (const ListedFile& file : ChooseFiles(Recorded("t5-base"), options, "x").files) {
    paths.push_back(file.path);
  }
  EXPECT_THAT(paths, ElementsAre("pytorch_model.bin", "tokenizer.json"));
  options.patterns = {"onnx/"};
  EXPECT_THAT(Refused(Recorded("t5-base"), options), HasSubstr("--include onnx/: expected a file"));
}

TEST(ChoiceTest, GgufFilesByPrecision) {
  const Listing files = Files({{"musicgen-small-0.4B-v1.0-F16.gguf", 2},
                               {"musicgen-small-0.4B-v1.0-Q8_0.gguf", 1},
                               {"musicgen-small-0.4B-v1.0-Q5_K_M.gguf", 1},
                               {"t5-base-encoder-0.1B-v1.0-Q8_0.gguf", 1},
                               {"encodec-32khz-v1.0-F32.gguf", 1}});
  ChoiceOptions options;
  EXPECT_THAT(Weights(ChooseFiles(files, options, "x")),
              ElementsAre("musicgen-small-0.4B-v1.0-Q8_0.gguf"));
  options.precision = "f16";
  EXPECT_EQ(ChooseFiles(files, options, "x").gguf, "musicgen-small-0.4B-v1.0-F16.gguf");
  options.precision = "q4";
  EXPECT_THAT(Refused(files, options), HasSubstr("expected a GGUF file of precision q4, found "));
  options.precision = "auto";
  EXPECT_THAT(Refused(Files({{"a-Q8_0.gguf", 1}, {"b-Q8_0.gguf", 1}}), options),
              HasSubstr("expected one GGUF file of precision q8, found a-Q8_0.gguf, b-Q8_0.gguf"));
  EXPECT_EQ(ChooseFiles(Files({{"model.gguf", 1}}), options, "x").gguf, "model.gguf");
}

TEST(ChoiceTest, PrecisionsInNames) {
  EXPECT_EQ(PrecisionInName("m-Q8_0.gguf"), "q8");
  EXPECT_EQ(PrecisionInName("m.fp16.gguf"), "f16");
  EXPECT_EQ(PrecisionInName("bf16/m.gguf"), "bf16");
  EXPECT_EQ(PrecisionInName("f16lm-q4.gguf"), "q4");
  EXPECT_EQ(PrecisionInName("model.gguf"), "");
  EXPECT_EQ(PrecisionInName("m-q5_k_m.gguf"), "");
}

TEST(ChoiceTest, RepositoriesWithoutAModel) {
  EXPECT_THAT(Refused(Files({{"data.csv", 1}}), {}), HasSubstr("on the hub, found data.csv"));
  EXPECT_THAT(Refused({}, {}), HasSubstr("on the hub, found nothing"));
  // A diffusion model's folder of weights is none of ours.
  EXPECT_THAT(Refused(Files({{"unet/model.safetensors", 1}}), {}), HasSubstr("found unet/model"));
}

TEST(ChoiceTest, WholeFoldersOfFixtures) {
  const std::string fixtures = kFixturesDirectory;
  EXPECT_EQ(WholeModel(fixtures + "/hf-tiny-melody", Role::kModel, "auto"),
            fixtures + "/hf-tiny-melody");
  EXPECT_TRUE(WholeModel(fixtures + "/ac-tiny-mono", Role::kModel, "auto"));
  EXPECT_TRUE(WholeModel(fixtures + "/t5-tiny", Role::kTextEncoder, "auto"));
  EXPECT_TRUE(WholeModel(fixtures + "/encodec_32khz", Role::kCodec, "auto"));
  EXPECT_FALSE(WholeModel(fixtures + "/encodec_32khz", Role::kTextEncoder, "auto"));
  EXPECT_FALSE(WholeModel(fixtures + "/audio", Role::kModel, "auto"));
  EXPECT_FALSE(WholeModel(fixtures + "/nowhere", Role::kModel, "auto"));
}

}  // namespace
}  // namespace musicgen::hub
