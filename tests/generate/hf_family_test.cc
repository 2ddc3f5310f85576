// The Hugging Face models of the fixtures in every mode: text, melody, stereo, continuation.

#include <gtest/gtest.h>

#include "generate/golden_model.h"

namespace musicgen {
namespace {

class HfFamilyTest : public testing::TestWithParam<std::string> {
 protected:
  HfFamilyTest() : golden_(GetParam()) {
    if (PartsOf(GetParam()).melody) melody_ = GoldenSound(golden_, "mel.wav");
  }

  GenerationRequest Request(int prompt, double duration_s, double cfg_coef = 3.0) const {
    GenerationRequest request = Greedy(kPrompts[prompt], duration_s, cfg_coef);
    request.melody = melody_;
    return request;
  }
  GenerationRequest Continuation(const std::string& sound) const {
    GenerationRequest request = Request(0, 63 / 50.0);
    request.audio_prompt = GoldenSound(golden_, sound);
    return request;
  }

  // Each request's streamed sound is its sound at the end.
  std::vector<GenerationResult> ExpectStreamed(const std::vector<GenerationRequest>& requests) {
    std::vector<std::vector<std::vector<float>>> streamed(requests.size());
    GenerateOptions options;
    options.audio = [&](size_t index, const Waveform& chunk) {
      streamed[index].resize(static_cast<size_t>(chunk.channels));
      for (int64_t c = 0; c < chunk.channels; ++c) {
        std::vector<float>& side = streamed[index][static_cast<size_t>(c)];
        side.insert(side.end(), chunk.channel(c), chunk.channel(c) + chunk.samples);
      }
      return true;
    };
    const auto results = model_.Generate(requests, options);
    for (size_t i = 0; i < results.size(); ++i) {
      std::vector<float> joined;
      for (const auto& side : streamed[i]) joined.insert(joined.end(), side.begin(), side.end());
      EXPECT_EQ(joined, results[i].audio.values) << "sample " << i;
    }
    return results;
  }

  Golden golden_;
  std::optional<Waveform> melody_;
  // In batches transformers pads the text that stands in front of the codes, and attends to it.
  Model model_{FixtureOptions(GetParam(), ReferenceDialect::kHuggingFace)};
};

TEST_P(HfFamilyTest, BatchOfTwo) {
  ExpectCodes(model_, {Request(0, 2.0), Request(1, 2.0)}, golden_, "greedy.codes");
}

TEST_P(HfFamilyTest, SoundOfTheBatch) {
  const auto results = model_.Generate(std::vector{Request(0, 2.0), Request(1, 2.0)});
  const Shape shape = golden_.ShapeOf("greedy.audio");  // [1, C, N], the end of sample 0
  const Waveform& sound = results[0].audio;
  ASSERT_EQ(sound.channels, shape[1]);
  std::vector<float> tail;
  for (int64_t c = 0; c < sound.channels; ++c) {
    tail.insert(tail.end(), sound.channel(c) + sound.samples - shape[2],
                sound.channel(c) + sound.samples);
  }
  EXPECT_LE(MaxAbsDiff(tail, golden_.Floats("greedy.audio")), 1e-5);
}

TEST_P(HfFamilyTest, Alone) {
  ExpectCodes(model_, {Request(0, 1.0)}, golden_, "greedy.single.codes");
  ExpectCodes(model_, {Request(0, 1.0, 1.0)}, golden_, "greedy.noguide.codes");
}

TEST_P(HfFamilyTest, WithoutMelodyOrText) {
  if (melody_) {
    ExpectCodes(model_, {Greedy(kPrompts[0], 1.0), Greedy(kPrompts[1], 1.0)}, golden_,
                "greedy.textonly.codes");
  } else {
    ExpectCodes(model_, {Greedy(std::nullopt, 1.0)}, golden_, "greedy.unconditional.codes");
  }
}

TEST_P(HfFamilyTest, Continuation) {
  ExpectCodes(model_, {Continuation("cont.wav")}, golden_, "cont.codes");
  if (PartsOf(GetParam()).second_continuation) {
    std::vector<GenerationRequest> batch = {Continuation("cont.wav"),
                                            Continuation("cont2.wav_short")};
    batch[1].prompt = kPrompts[1];
    ExpectCodes(model_, batch, golden_, "cont2.codes");
  }
}

// Sound that is streamed is the sound decoded at the end, bit for bit.
TEST_P(HfFamilyTest, StreamedSoundIsTheOfflineSound) {
  ExpectStreamed({Request(0, 0.9), Request(1, 0.5)});
}

// transformers has no windows: these are AudioCraft's, which work on any model.
TEST_P(HfFamilyTest, LongerThanTheWindow) {
  GenerationRequest request = Request(0, 1.4);
  request.params.max_duration_s = 0.9;
  request.params.extend_stride_s = 0.4;
  const auto whole = ExpectStreamed({request});
  EXPECT_EQ(whole[0].codes.frames, 70);
  if (melody_) return;  // which a window of its own length would hear otherwise
  const auto first = model_.Generate(std::vector{Request(0, 0.9)});
  for (int64_t k = 0; k < whole[0].codes.codebooks; ++k) {
    for (int64_t t = 0; t < first[0].codes.frames; ++t) {
      ASSERT_EQ(whole[0].codes.at(k, t), first[0].codes.at(k, t));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, HfFamilyTest,
                         testing::Values("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody",
                                         "hf-tiny-melody-stereo"),
                         [](const auto& param_info) {
                           std::string name = param_info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace musicgen
