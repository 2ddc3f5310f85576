#include "compose/sound_font.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "base/error.h"
#include "compose/clip.h"
#include "compose/palette_sounds.h"

namespace musicgen::compose {
namespace {

class SoundFontTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      font_ = std::make_unique<SoundFont>(FindSoundFont());
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  std::unique_ptr<SoundFont> font_;
};

float Peak(const std::vector<float>& sound) {
  float peak = 0;
  for (const float x : sound) peak = std::max(peak, std::abs(x));
  return peak;
}

TEST_F(SoundFontTest, NothingOfOneRenderingIsHeardInTheNext) {
  const NoteEvent flute{0, 8000, {false, 73}, 69, 100};
  const NoteEvent piano{1000, 8000, {false, 0}, 40, 127};
  const auto first = font_->Render({flute}, 16000);
  font_->Render({piano, flute}, 10007);
  const auto again = font_->Render({flute}, 16000);
  for (size_t i = 0; i < first.size(); ++i) {
    ASSERT_NEAR(again[i], first[i], i < 256 ? 0.01 * Peak(first) : 1e-6) << i;
  }
  EXPECT_EQ(Peak(font_->Render({}, 4000)), 0);
}

TEST_F(SoundFontTest, SoundsHaveTheirLevelAndEndInSilence) {
  PaletteSounds sounds(font_.get());
  const auto bass = sounds.Sound(Book::kBass, kBassGuitar, 5);
  ASSERT_EQ(bass.size(), static_cast<size_t>(24 * kFrameSamples));
  double energy = 0;
  for (size_t i = 0; i < 8000; ++i) energy += static_cast<double>(bass[i]) * bass[i];
  EXPECT_NEAR(std::sqrt(energy / 8000), 0.085, 0.001);
  EXPECT_EQ(bass.back(), 0);
  EXPECT_GT(Peak({bass.begin(), bass.begin() + kFrameSamples}), 0.02f);  // it begins at once
  EXPECT_NEAR(Peak(sounds.Sound(Book::kDrums, kStandardKit, kK)), 0.33, 0.001);
}

TEST_F(SoundFontTest, ClipsKeepBelowFullScale) {
  for (uint64_t counter = 0; counter < 3; ++counter) {
    const auto sound = RenderClip(ComposeClip(1, counter, 3, true), 3, font_.get());
    EXPECT_EQ(sound.size(), 96000u);
    EXPECT_GT(Peak(sound), 0.1f);
    EXPECT_LE(Peak(sound), 0.8901f);
  }
}

TEST(SoundFontFileTest, RefusesWhatIsNone) {
  const std::string path = testing::TempDir() + "/no_sound_font.sf2";
  std::ofstream(path) << "RIFF of something else";
  EXPECT_THROW(SoundFont font(path), Error);
  EXPECT_THROW(SoundFont font(path + ".absent"), Error);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace musicgen::compose
