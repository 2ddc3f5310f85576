#include "conditioning/melody_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "fixtures_directory.h"

namespace musicgen::conditioning {
namespace {

using checkpoint::Config;

MelodyConfig Read(const std::string& model, const std::string& extractor) {
  return ReadMelodyConfig(Config::Parse(model, "config.json"),
                          Config::Parse(extractor, "preprocessor_config.json"));
}

TEST(MelodyConfig, ReadsTheFixtures) {
  for (const std::string name : {"hf-tiny-melody", "hf-tiny-melody-stereo"}) {
    const std::string directory = std::string(kFixturesDirectory) + "/" + name;
    const MelodyConfig config =
        ReadMelodyConfig(Config::ReadFile(directory + "/config.json"),
                         Config::ReadFile(directory + "/preprocessor_config.json"));
    EXPECT_EQ(config.chroma_length, 235);
    EXPECT_EQ(config.chroma.n_fft, 16384);
    EXPECT_EQ(config.format.most_samples, 960000);
    EXPECT_EQ(config.format.channels, name == "hf-tiny-melody" ? 1 : 2);
  }
}

TEST(MelodyConfig, TakesValuesAndDefaults) {
  const MelodyConfig config =
      Read(R"({"num_chroma": 24, "chroma_length": 7, "decoder": {"audio_channels": 2}})",
           R"({"sampling_rate": 16000, "n_fft": 1024, "hop_length": 100, "chunk_length": 2})");
  EXPECT_EQ(config.chroma.classes, 24);
  EXPECT_EQ(config.chroma.sample_rate_hz, 16000);
  EXPECT_EQ(config.chroma.n_fft, 1024);
  EXPECT_EQ(config.chroma.hop_samples, 100);
  EXPECT_EQ(config.chroma_length, 7);
  EXPECT_EQ(config.format.channels, 2);
  EXPECT_EQ(config.format.sample_rate_hz, 16000);
  EXPECT_EQ(config.format.most_samples, 32000);
  EXPECT_EQ(Read("{}", "{}").chroma.hop_samples, 4096);
}

TEST(MelodyConfig, RefusesWhatCannotBe) {
  const std::pair<std::string, std::string> wrong[] = {
      {R"({"num_chroma": 0})", "{}"},  {R"({"chroma_length": -1})", "{}"},
      {"{}", R"({"n_fft": 1023})"},    {"{}", R"({"n_fft": 2})"},
      {"{}", R"({"hop_length": 0})"},  {"{}", R"({"sampling_rate": 1000000})"},
      {"{}", R"({"chunk_length": 0})"}};
  for (const auto& [model, extractor] : wrong) {
    EXPECT_THROW(Read(model, extractor), Error) << model << extractor;
  }
}

TEST(MelodyConfig, ComesBackFromItsFiles) {
  const MelodyConfig config =
      Read(R"({"num_chroma": 24, "chroma_length": 7, "decoder": {"audio_channels": 2}})",
           R"({"sampling_rate": 16000, "n_fft": 1024, "hop_length": 100, "chunk_length": 2})");
  checkpoint::JsonObject model;
  checkpoint::Set(&model, "chroma_length", {1});
  SetMelody(config, &model);
  const MelodyConfig read =
      Read(ToJson(checkpoint::JsonValue{model}), ToJson(ToExtractorJson(config)));
  EXPECT_EQ(read.chroma_length, 7);
  EXPECT_EQ(read.chroma.classes, 24);
  EXPECT_EQ(read.chroma.sample_rate_hz, 16000);
  EXPECT_EQ(read.chroma.n_fft, 1024);
  EXPECT_EQ(read.chroma.hop_samples, 100);
  EXPECT_EQ(read.format.most_samples, 32000);
}

}  // namespace
}  // namespace musicgen::conditioning
