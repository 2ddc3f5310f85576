#include "train/tracks/pretrained.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "api/model.h"
#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "text/tokenizer.h"
#include "train/export/whole_model.h"
#include "train/lm/batch.h"

namespace musicgen::train {
namespace {

using ::testing::HasSubstr;

std::string Fixture(const std::string& name) {
  return std::string(kFixturesDirectory) + "/" + name;
}

model::ModelFiles Open(const std::string& name) {
  const bool audiocraft = name.starts_with("ac-");
  return model::OpenModel(Fixture(name), audiocraft ? Fixture("t5-tiny") : "", "");
}

LmModel Load(const model::ModelFiles& files, const PretrainedOptions& options = {}) {
  LmModel model(PretrainedConfig(files, options));
  LoadPretrained(files, model);
  return model;
}

Codes SomeCodes(int64_t books, int64_t frames, int32_t size, uint32_t seed) {
  Codes codes(books, frames);
  for (int32_t& code : codes.values) {
    seed = seed * 1664525u + 1013904223u;
    code = static_cast<int32_t>((seed >> 8) % static_cast<uint32_t>(size));
  }
  return codes;
}

TrainingItem ItemOf(const Codes& codes, TokenIds text) {
  return {codes, std::move(text), std::vector<float>(static_cast<size_t>(codes.frames), 1.0f)};
}

// The mean cross-entropy of each codebook over the frames that training predicts.
std::vector<double> CrossEntropy(const LmModel& model, const TrainingItem& item) {
  const at::NoGradGuard no_grad;
  const lm::LmConfig& lm = model.config().lm;
  const Batch batch = LayOutTogether({item}, lm.pattern.delays, lm.special_token());
  const at::Tensor books = model.Loss(batch).cross_entropy.sum(1) / batch.targets.ge(0).sum(1);
  std::vector<double> values;
  for (int64_t k = 0; k < lm.codebooks; ++k) values.push_back(books[k].item<double>());
  return values;
}

// −log softmax of logits [V] at `code`.
double Surprise(const float* logits, int64_t size, int32_t code) {
  double most = -INFINITY, sum = 0;
  for (int64_t v = 0; v < size; ++v) most = std::max<double>(most, logits[v]);
  for (int64_t v = 0; v < size; ++v) sum += std::exp(logits[v] - most);
  return most + std::log(sum) - logits[code];
}

// What training sees of a model, and what the engine that runs it does.
void ExpectTheEnginesNumbers(const std::string& name) {
  const model::ModelFiles files = Open(name);
  const LmModel model = Load(files);
  const lm::LmConfig& lm = model.config().lm;
  ModelOptions options;
  options.model = Fixture(name);
  if (name.starts_with("ac-")) options.text_encoder = Fixture("t5-tiny");
  options.precision = Precision::kF32;
  options.threads = 1;
  api::Model engine(options);
  const auto tokenizer = text::Tokenizer::Load(*files.tokenizer_files);
  const Codes codes = SomeCodes(lm.codebooks, 40, static_cast<int32_t>(lm.codebook_size), 5);
  for (const char* prompt : {"90s rock song with loud guitars and heavy drums", ""}) {
    GenerationRequest request;
    if (*prompt != '\0') request.prompt = prompt;
    const ScoreResult score = engine.Score(request, codes, /*keep_logits=*/true);
    const auto found =
        CrossEntropy(model, ItemOf(codes, *prompt != '\0' ? tokenizer.Encode(prompt) : TokenIds{}));
    for (int64_t k = 0; k < lm.codebooks; ++k) {
      const int64_t frames = codes.frames - lm.pattern.delays[static_cast<size_t>(k)];
      double expected = 0;
      for (int64_t t = 0; t < frames; ++t) {
        const float* const logits =
            score.conditional.data() + (k * codes.frames + t) * lm.codebook_size;
        expected +=
            Surprise(logits, lm.codebook_size, codes.at(k, t)) / static_cast<double>(frames);
      }
      EXPECT_NEAR(found[static_cast<size_t>(k)], expected, 2e-4) << name << " " << k << prompt;
    }
  }
}

TEST(Pretrained, HasTheEnginesCrossEntropy) {
  for (const char* name : {"hf-tiny-mono", "hf-tiny-stereo", "ac-tiny-mono", "ac-tiny-stereo"}) {
    ExpectTheEnginesNumbers(name);
  }
}

// AudioCraft's own logits for codes [2, K, 8] and the first two prompts.
TEST(Pretrained, HasAudioCraftsCrossEntropy) {
  for (const std::string name : {"ac-tiny-mono", "ac-tiny-stereo"}) {
    const auto golden = checkpoint::OpenSafetensors(Fixture(name) + "/golden.safetensors");
    const TensorView shape = golden->Get("lm.codes");
    const auto* const values = static_cast<const int32_t*>(shape.data);
    const std::vector<float> logits = ToFloats(golden->Get("lm.logits_cond"));
    const model::ModelFiles files = Open(name);
    const LmModel model = Load(files);
    const lm::LmConfig& lm = model.config().lm;
    const auto tokenizer = text::Tokenizer::Load(*files.tokenizer_files);
    const int64_t books = lm.codebooks, size = lm.codebook_size;
    ASSERT_EQ(shape.shape, (Shape{2, books, 8}));
    // The longer of the two prompts, which no padding is added to.
    Codes codes(books, 8);
    std::copy_n(values + books * 8, books * 8, codes.values.begin());
    const auto found = CrossEntropy(
        model, ItemOf(codes, tokenizer.Encode("90s rock song with loud guitars and heavy drums")));
    for (int64_t k = 0; k < books; ++k) {
      const int64_t frames = 8 - lm.pattern.delays[static_cast<size_t>(k)];
      double expected = 0;
      for (int64_t t = 0; t < frames; ++t) {
        expected += Surprise(logits.data() + ((books + k) * 8 + t) * size, size, codes.at(k, t));
      }
      EXPECT_NEAR(found[static_cast<size_t>(k)], expected / static_cast<double>(frames), 2e-3)
          << name << " " << k;
    }
  }
}

TEST(Pretrained, MakesStereoOfMonoByCopies) {
  const model::ModelFiles files = Open("hf-tiny-mono");
  const LmModel mono = Load(files), stereo = Load(files, {.stereo = true});
  const lm::LmConfig& lm = stereo.config().lm;
  EXPECT_EQ(lm.codebooks, 8);
  EXPECT_EQ(lm.audio_channels, 2);
  EXPECT_EQ(lm.pattern.delays, (std::vector<int64_t>{0, 0, 1, 1, 2, 2, 3, 3}));
  const int64_t rows = lm.codebook_size + 1;
  for (int64_t k = 0; k < 8; ++k) {
    EXPECT_TRUE(at::equal(stereo.embeddings().narrow(0, k * rows, rows),
                          mono.embeddings().narrow(0, k / 2 * rows, rows)));
    EXPECT_TRUE(at::equal(stereo.heads().narrow(0, k * lm.codebook_size, lm.codebook_size),
                          mono.heads().narrow(0, k / 2 * lm.codebook_size, lm.codebook_size)));
  }
  EXPECT_TRUE(at::equal(stereo.layers()[0].fc1, mono.layers()[0].fc1));
}

TEST(Pretrained, RefusesWhatItCannotTrain) {
  const auto complaint = [](const char* name, const PretrainedOptions& options) -> std::string {
    try {
      PretrainedConfig(Open(name), options);
    } catch (const Error& problem) {
      return problem.what();
    }
    return "none";
  };
  EXPECT_THAT(complaint("hf-tiny-melody", {}), HasSubstr("melody models cannot be trained here"));
  EXPECT_THAT(complaint("hf-tiny-stereo", {.stereo = true}), HasSubstr("this is a stereo one"));
  EXPECT_THAT(complaint("ac-tiny-parallel", {}), HasSubstr("delays of 0, 1, 2"));
}

// Untrained weights come back as they were, from every layout.
TEST(Pretrained, ComesBackFromItsExport) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "train_tracks_export";
  for (const char* name : {"hf-tiny-mono", "ac-tiny-stereo"}) {
    std::filesystem::remove_all(folder);
    const model::ModelFiles files = Open(name);
    const LmModel model = Load(files);
    ExportWhole({model, files, "card"}, Precision::kAuto, folder.string());
    const model::ModelFiles again = model::OpenModel(folder.string(), "", "", /*strict=*/true);
    const LmModel read = Load(again);
    const Codes codes = SomeCodes(files.lm.codebooks, 20, 200, 9);
    const auto before = CrossEntropy(model, ItemOf(codes, {5, 6, 1})),
               after = CrossEntropy(read, ItemOf(codes, {5, 6, 1}));
    for (size_t k = 0; k < before.size(); ++k) EXPECT_NEAR(after[k], before[k], 1e-6) << name;
  }
  std::filesystem::remove_all(folder);
}

TEST(Pretrained, IsExportedAsStereo) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "train_tracks_stereo";
  std::filesystem::remove_all(folder);
  const model::ModelFiles files = Open("hf-tiny-mono");
  const LmModel stereo = Load(files, {.stereo = true});
  ExportWhole({stereo, files, "card"}, Precision::kF16, folder.string());
  const model::ModelFiles again = model::OpenModel(folder.string(), "", "", /*strict=*/true);
  EXPECT_EQ(again.lm.codebooks, 8);
  EXPECT_EQ(again.lm.audio_channels, 2);
  EXPECT_EQ(again.lm.pattern.delays, stereo.config().lm.pattern.delays);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace musicgen::train
