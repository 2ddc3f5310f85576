#include "train/export/export.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "api/model.h"
#include "fixtures_directory.h"
#include "near.h"
#include "plain_model.h"
#include "tiny_model.h"
#include "train/lm/initialise.h"

namespace musicgen::train {
namespace {

const std::string kFixtures = kFixturesDirectory;

ExportedModel Exported(const LmModel& model) {
  return {.model = model,
          .tokenizer_folder = kFixtures + "/tokenizer",
          .codec_folder = kFixtures + "/encodec_32khz",
          .card = "---\nlicense: mit\n---\n"};
}

class ExportTest : public ::testing::TestWithParam<ExportFormat> {
 protected:
  ExportTest() : out_(std::filesystem::path(::testing::TempDir()) / "musicgen_export") {
    std::filesystem::remove_all(out_);
    std::filesystem::create_directories(out_);
  }
  ~ExportTest() override { std::filesystem::remove_all(out_); }
  std::string Out(const std::string& name) const { return (out_ / name).string(); }

 private:
  std::filesystem::path out_;
};

at::Tensor Books(const std::vector<float>& logits, const Codes& codes) {
  const auto size = static_cast<int64_t>(logits.size()) / (codes.codebooks * codes.frames);
  return at::tensor(logits).view({codes.codebooks, codes.frames, size});
}

// The engine that people run predicts what the trained modules' plain form predicts.
TEST_P(ExportTest, PredictsAlikeInTheEngine) {
  const LmModel model = ModelOfFixtures();
  const std::string out = Out(GetParam() == ExportFormat::kGguf ? "model.gguf" : "model");
  Export(Exported(model), GetParam(), out);

  ModelOptions options;
  options.model = out;
  options.precision = Precision::kF32;
  options.threads = 1;
  options.strict = true;
  api::Model engine(options);
  engine.Load(1, 2.0);
  GenerationRequest request;
  request.prompt = "a march for two trumpets";
  TrainingItem item = TinyItem(30, 128, 1, engine.Tokenize(*request.prompt));
  const ScoreResult score = engine.Score(request, item.codes, /*keep_logits=*/true);

  const at::NoGradGuard no_grad;
  const PlainModel plain(model);
  const at::Tensor conditional = plain.Logits(item);
  item.text.clear();
  const at::Tensor unconditional = plain.Logits(item);
  for (int64_t k = 0; k < 4; ++k) {
    const int64_t frames = 30 - k;
    EXPECT_TRUE(Near(Books(score.conditional, item.codes)[k].narrow(0, 0, frames),
                     conditional[k].narrow(0, 0, frames), 1e-4));
    EXPECT_TRUE(Near(Books(score.unconditional, item.codes)[k].narrow(0, 0, frames),
                     unconditional[k].narrow(0, 0, frames), 1e-4));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ExportTest,
                         ::testing::Values(ExportFormat::kHuggingFace, ExportFormat::kAudioCraft,
                                           ExportFormat::kGguf));

TEST_F(ExportTest, RefusesACodecOfOtherCodebooks) {
  const LmModel model(TinyModelConfig());
  try {
    Export(Exported(model), ExportFormat::kHuggingFace, Out("model"));
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("4 codebooks of 64 codes"));
  }
  EXPECT_FALSE(std::filesystem::exists(Out("model")));
}

}  // namespace
}  // namespace musicgen::train
