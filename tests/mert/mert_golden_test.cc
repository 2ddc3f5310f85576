// MERT against transformers' HubertModel on the same files, step by step.

#include <gtest/gtest.h>

#include <atomic>

#include "golden.h"
#include "mert/tiny_mert.h"

namespace musicgen::mert {
namespace {

constexpr double kTolerance = 2e-4;

class MertGoldenTest : public testing::Test {
 protected:
  Waveform Sound(float gain = 1.0f) const {
    Waveform sound(24000, 1, golden_.ShapeOf("mert.wav")[1]);
    sound.values = golden_.Floats("mert.wav");
    for (float& value : sound.values) value *= gain;
    return sound;
  }
  // A golden [channels, frames] as [frames, channels].
  std::vector<float> Transposed(const std::string& name) const {
    const Shape shape = golden_.ShapeOf(name);
    const std::vector<float> values = golden_.Floats(name);
    std::vector<float> out(values.size());
    for (int64_t c = 0; c < shape[0]; ++c) {
      for (int64_t t = 0; t < shape[1]; ++t) {
        out[static_cast<size_t>(t * shape[0] + c)] = values[static_cast<size_t>(c * shape[1] + t)];
      }
    }
    return out;
  }

  Golden golden_{"ac-tiny-style"};
  TinyMert tiny_;
  ThreadPool pool_{2};
  Mert mert_{pool_, tiny_.config, *tiny_.source};
};

TEST_F(MertGoldenTest, EveryStep) {
  Features x;
  x.width = 1;
  x.values = Sound().values;
  x.frames = static_cast<int64_t>(x.values.size());
  ASSERT_EQ(mert_.extractor().layers(), 7u);
  for (size_t i = 0; i < 7; ++i) {
    x = mert_.extractor().Forward(pool_, i, x);
    EXPECT_LE(MaxAbsDiff(x.values, Transposed("mert.conv." + std::to_string(i))), kTolerance);
  }
  x = mert_.Project(pool_, std::move(x));
  EXPECT_LE(MaxAbsDiff(x.values, golden_.Floats("mert.projected")), kTolerance);
  EXPECT_LE(
      MaxAbsDiff(mert_.positions().Forward(pool_, x).values, golden_.Floats("mert.positional")),
      kTolerance);
  x = mert_.AddPositions(pool_, std::move(x));
  EXPECT_LE(MaxAbsDiff(x.values, golden_.Floats("mert.layer.0")), kTolerance);
  nn::EncoderActivations activations(mert_.block_shape(), x.frames, pool_.size());
  activations.x = x.values;
  ASSERT_EQ(mert_.blocks().size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(mert_.blocks()[i].Forward(pool_, activations));
    EXPECT_LE(MaxAbsDiff(activations.x, golden_.Floats("mert.layer." + std::to_string(i + 1))),
              kTolerance);
  }
  EXPECT_EQ(mert_.Run(pool_, Sound()).values, activations.x);
}

// The group norm's eps counts: nothing brings the sound to a level first.
TEST_F(MertGoldenTest, QuietSound) {
  EXPECT_LE(MaxAbsDiff(mert_.Run(pool_, Sound(0.001f)).values, golden_.Floats("mert.quiet")),
            kTolerance);
}

TEST_F(MertGoldenTest, ThreadsDoNotMatter) {
  ThreadPool alone(1), three(3);
  const Features expected = mert_.Run(pool_, Sound());
  EXPECT_EQ(mert_.Run(alone, Sound()).values, expected.values);
  EXPECT_EQ(Mert(three, tiny_.config, *tiny_.source).Run(three, Sound()).values, expected.values);
}

TEST_F(MertGoldenTest, StopsAndRefusesTooLittleSound) {
  const std::atomic<bool> stop = true;
  EXPECT_EQ(mert_.Run(pool_, Sound(), &stop).frames, 0);
  EXPECT_EQ(mert_.Run(pool_, Waveform(24000, 1, 400)).frames, 1);
  try {
    mert_.Run(pool_, Waveform(24000, 1, 399));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_STREQ(
        error.what(),
        "style: expected enough sound for a frame of MERT's features, found 399 samples at "
        "24000 Hz");
  }
}

TEST_F(MertGoldenTest, CountsItsBytes) {
  int64_t values = 0;
  for (const auto& tensor : ExpectedTensors(tiny_.config, *tiny_.source)) {
    values += NumElements(tensor.shape);
  }
  EXPECT_GE(mert_.bytes(), static_cast<size_t>(values) * 4 - 128 * 4);  // the gains are fused
}

}  // namespace
}  // namespace musicgen::mert
