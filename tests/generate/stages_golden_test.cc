// Every stage of every model of the fixtures against its reference: text states and conditions,
// logits of given codes, the codec both ways and streamed.

#include <gtest/gtest.h>

#include "codec/cpu_codec_backend.h"
#include "codec/decode.h"
#include "codec/encoder.h"
#include "fixtures_directory.h"
#include "generate/golden_model.h"
#include "generate/pipeline.h"
#include "generate/stages.h"
#include "model/model_files.h"

namespace musicgen::generate {
namespace {

using conditioning::Reference;

std::string TestName(const testing::TestParamInfo<std::string>& param_info) {
  std::string name = param_info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<std::string> AllModels() {
  std::vector<std::string> models;
  for (const GoldenParts& parts : kGoldenParts) models.push_back(parts.model);
  return models;
}

std::span<const float> Row(const std::vector<float>& values, int64_t row, int64_t width) {
  return std::span(values).subspan(static_cast<size_t>(row * width), static_cast<size_t>(width));
}

class StagesGoldenTest : public testing::TestWithParam<std::string> {
 protected:
  StagesGoldenTest()
      : golden_(GetParam()),
        parts_(PartsOf(GetParam())),
        files_(model::OpenModel(std::string(kFixturesDirectory) + "/" + GetParam(), "", "")),
        stages_(files_, model::StageFormats(), 2),
        channels_(files_.lm.audio_channels) {}

  bool IsHuggingFace() const { return files_.dialect == Reference::kHuggingFace; }

  Golden golden_;
  const GoldenParts& parts_;
  model::ModelFiles files_;
  Stages stages_;
  int64_t channels_;
};

// The table of what a model's goldens hold is the file's.
TEST_P(StagesGoldenTest, HoldsWhatTheTableSays) {
  const std::pair<const char*, bool> tensors[] = {
      {"mel.wav", parts_.melody},
      {"cont2.codes", parts_.second_continuation},
      {"cont2.wav_short", parts_.second_continuation},
      {"lm.logits_cond_tail", parts_.last_steps},
      {"greedy.codes", parts_.batch},
      {"greedy.audio", parts_.batch},
      {"greedy.single.audio", !parts_.batch},
      {"codec.wav", parts_.codec},
      {"codec.decode.1.codes", parts_.codec},
      {"codec.decode.1.audio", parts_.codec},
      {"codec.decode.25.codes", parts_.codec},
      {"codec.decode_batch.codes", parts_.codec_batch},
      {"codec.decode_batch.audio", parts_.codec_batch},
      {"codec.stereo.wav", parts_.codec_stereo},
      {"codec.stereo.decode.codes", parts_.codec_stereo},
  };
  for (const auto& [name, held] : tensors) EXPECT_EQ(golden_.Has(name), held) << name;
}

class WholeModelTest : public StagesGoldenTest {};

TEST_P(WholeModelTest, TextStatesAndConditions) {
  const std::string where = IsHuggingFace() ? "t5.batch" : "cond.batch";
  const Shape shape = golden_.ShapeOf(where + ".ids");
  const std::vector<int32_t> ids = golden_.Ints(where + ".ids"),
                             mask = golden_.Ints(where + ".mask");
  const std::vector<float> conditions = golden_.Floats("cond.batch");
  const int64_t width = files_.lm.width;
  int64_t compared = 0;
  for (int64_t b = 0; b < shape[0]; ++b) {
    const auto begin = ids.begin() + b * shape[1];
    const auto tokens =
        std::count(mask.begin() + b * shape[1], mask.begin() + (b + 1) * shape[1], 1);
    if (tokens == 0) continue;  // AudioCraft's empty text: the null condition
    const std::vector<float> states =
        stages_.text_encoder().Encode(stages_.pool(), TokenIds(begin, begin + tokens));
    if (IsHuggingFace()) {
      const std::vector<float> expected = golden_.Floats("t5.batch.hidden");
      const auto from = Row(expected, b * shape[1], files_.t5.d_model);
      EXPECT_LE(MaxAbsDiff(states, std::span(from.data(), states.size())), 2e-4) << "text " << b;
    }
    const ConditionRows rows = stages_.text_projection().Project(stages_.pool(), states, tokens);
    const auto from = Row(conditions, b * shape[1], width);
    EXPECT_GT(rows.values.size(), 0u) << "text " << b;
    EXPECT_LE(MaxAbsDiff(rows.values, std::span(from.data(), rows.values.size())), 2e-4)
        << "text " << b;
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

// Conditional logits of the first sample at every step, and of both samples and halves at the last
// two steps, wherever one predicts a given code.
TEST_P(WholeModelTest, LogitsOfABatch) {
  const char* const melodies[] = {"mel.wav", IsHuggingFace() ? "mel.wav" : "mel.wav_short"};
  std::vector<GenerationRequest> requests;
  for (int i = 0; i < 2; ++i) {
    requests.push_back(Greedy(kPrompts[i], 1.0));
    if (parts_.melody) requests.back().melody = GoldenSound(golden_, melodies[i]);
  }
  const Pipeline pipeline(stages_, files_.dialect, /*as_batch=*/true);
  const std::vector<Sample> samples = pipeline.Prepare(stages_.pool(), requests);
  const Shape shape = golden_.ShapeOf("lm.logits_cond");  // [1 or 2, K, S or T, V]
  const std::vector<float> all = golden_.Floats("lm.logits_cond");
  const std::vector<float> null_tail = golden_.Floats("lm.logits_uncond_tail");
  const int64_t books = shape[1], steps = shape[2], size = shape[3];
  double conditional_diff = 0, null_diff = 0;
  int64_t conditional_compared = 0, null_compared = 0;
  for (int64_t item = 0; item < 2; ++item) {
    const Codes codes = GoldenCodes(golden_, "lm.codes", item);
    const lm::CodebookPattern pattern(files_.lm.pattern, books, codes.frames);
    const Conditions conditions =
        pipeline.ConditionsAt(stages_.pool(), samples[static_cast<size_t>(item)], 0, {});
    const std::vector<float> conditional =
        stages_.backend().Score(pattern, codes, conditions.branches.front());
    const std::vector<float> null =
        stages_.backend().Score(pattern, codes, conditions.branches.back());
    for (int64_t k = 0; k < books; ++k) {
      for (int64_t t = 0; t < codes.frames; ++t) {
        // transformers' steps keep the delays, AudioCraft's logits stand at their codes.
        const int64_t column = IsHuggingFace() ? pattern.StepOf(k, t) - 1 : t;
        const auto mine = [&](const std::vector<float>& values) {
          return Row(values, k * codes.frames + t, size);
        };
        if (item < shape[0]) {
          ++conditional_compared;
          conditional_diff = std::max(
              conditional_diff,
              MaxAbsDiff(mine(conditional), Row(all, (item * books + k) * steps + column, size)));
        }
        const int64_t tail = column - (steps - 2);
        if (tail < 0) continue;
        const int64_t row = (item * books + k) * 2 + tail;
        null_diff = std::max(null_diff, MaxAbsDiff(mine(null), Row(null_tail, row, size)));
        ++null_compared;
        if (!parts_.last_steps) continue;
        const std::vector<float> tails = golden_.Floats("lm.logits_cond_tail");
        conditional_diff =
            std::max(conditional_diff, MaxAbsDiff(mine(conditional), Row(tails, row, size)));
      }
    }
  }
  EXPECT_GT(conditional_compared, 0);
  EXPECT_GT(null_compared, 0);
  EXPECT_LE(conditional_diff, 2e-4);
  EXPECT_LE(null_diff, 2e-4);
}

TEST_P(WholeModelTest, EncodedSound) {
  const std::vector<float> sound = golden_.Floats("codec.wav");
  for (const int64_t samples : {1, 7, 100, 333, 639, 640, 1921, 12347, 16000}) {
    Waveform begin(32000, 1, samples);
    std::copy_n(sound.begin(), samples, begin.values.begin());
    EXPECT_EQ(codec::Encode(stages_.pool(), stages_.codec_encoder(), begin, 4).values,
              golden_.Ints(StrCat("codec.encode.", samples)))
        << samples << " samples";
  }
  if (parts_.codec_stereo) {
    const Waveform stereo = GoldenSound(golden_, "codec.stereo.wav");
    EXPECT_EQ(codec::Encode(stages_.pool(), stages_.codec_encoder(), stereo, 4).values,
              golden_.Ints("codec.stereo.codes"));
  }
}

// Decoded at once as the reference does; streamed in any chunks, bit for bit the same.
TEST_P(StagesGoldenTest, DecodedAndStreamedSound) {
  struct Case {
    std::string codes, audio;
    int64_t item, channels;
  };
  std::vector<Case> cases;
  for (const int frames : {1, 2, 3, 7, 25}) {
    const std::string name = StrCat("codec.decode.", frames);
    if (parts_.codec) cases.push_back({name + ".codes", name + ".audio", 0, 1});
  }
  for (int64_t item = 0; item < 2 && parts_.codec_batch; ++item) {
    cases.push_back({"codec.decode_batch.codes", "codec.decode_batch.audio", item, 1});
  }
  if (parts_.codec_stereo) {
    cases.push_back({"codec.stereo.decode.codes", "codec.stereo.decode.audio", 0, 2});
  }
  // The end of a generated piece.
  const char* const piece = parts_.batch ? "greedy" : "greedy.single";
  cases.push_back({StrCat(piece, ".codes"), StrCat(piece, ".audio"), 0, channels_});
  for (const Case& c : cases) {
    const Shape shape = golden_.ShapeOf(c.codes);
    Codes codes(shape[shape.size() - 2], shape[shape.size() - 1]);
    const std::vector<int32_t> all = golden_.Ints(c.codes);
    const auto size = static_cast<int64_t>(codes.values.size());
    codes.values.assign(all.begin() + c.item * size, all.begin() + (c.item + 1) * size);
    const Waveform whole = codec::Decode(stages_.pool(), stages_.codec(), codes, c.channels);
    const Shape golden_shape = golden_.ShapeOf(c.audio);  // [..., C, N]
    const std::vector<float> expected = golden_.Floats(c.audio);
    const int64_t samples = golden_shape.back(), sides = whole.channels;
    for (int64_t side = 0; side < sides; ++side) {
      EXPECT_LE(MaxAbsDiff(std::span(whole.channel(side), static_cast<size_t>(whole.samples))
                               .last(static_cast<size_t>(samples)),
                           Row(expected, c.item * sides + side, samples)),
                1e-5)
          << c.audio;
    }
    for (const int64_t chunk : {1, 3, 13}) {
      codec::CpuCodecBackend backend(stages_.codec(), c.channels, stages_.pool());
      const std::unique_ptr<codec::CodecStream> stream = backend.NewStream();
      Waveform joined(whole.sample_rate_hz, whole.channels, whole.samples);
      int64_t at = 0;
      for (int64_t t = 0; t < codes.frames; t += chunk) {
        const Codes part = codes.Columns(t, std::min(t + chunk, codes.frames));
        const Waveform sound = stream->Push(part, /*last=*/t + chunk >= codes.frames);
        ASSERT_LE(at + sound.samples, joined.samples);
        for (int64_t side = 0; side < sound.channels; ++side) {
          std::copy_n(sound.channel(side), sound.samples, joined.channel(side) + at);
        }
        at += sound.samples;
      }
      EXPECT_EQ(at, joined.samples);
      EXPECT_EQ(joined.values, whole.values) << c.codes << " by " << chunk;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, WholeModelTest,
                         testing::Values("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody",
                                         "hf-tiny-melody-stereo", "ac-tiny-mono", "ac-tiny-stereo",
                                         "ac-tiny-melody"),
                         TestName);

INSTANTIATE_TEST_SUITE_P(Models, StagesGoldenTest, testing::ValuesIn(AllModels()), TestName);

}  // namespace
}  // namespace musicgen::generate
