#include "plot/plot.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <limits>

#include "plot/canvas.h"

namespace musicgen::plot {
namespace {

struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;  // three bytes each

  int Sum(int x, int y) const {
    const uint8_t* p = pixels.data() + (static_cast<size_t>(y) * width + x) * 3;
    return p[0] + p[1] + p[2];
  }
};

Picture Decode(const std::string& bytes) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0);
  image.format = PNG_FORMAT_RGB;
  Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr), 0);
  return picture;
}

Chroma Classes(int64_t frames) {
  Chroma chroma(frames, 12);
  for (int64_t f = 0; f < frames; ++f) chroma.frame(f)[f % 12] = 1;
  return chroma;
}

TEST(Canvas, WritesWhatWasDrawn) {
  Canvas canvas(7, 5, {10, 20, 30});
  canvas.Set(6, 4, {255, 0, 1});
  canvas.Fill(-3, -3, 4, 4, {1, 2, 3});
  canvas.Set(7, 5, {9, 9, 9});
  canvas.Text(100, 100, "0", {9, 9, 9});
  const Picture picture = Decode(canvas.EncodePng());
  ASSERT_EQ(picture.width, 7);
  ASSERT_EQ(picture.height, 5);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) {
      const int expected = x == 6 && y == 4 ? 256 : x == 0 && y == 0 ? 6 : 60;
      EXPECT_EQ(picture.Sum(x, y), expected) << x << ", " << y;
    }
  }
}

TEST(PlotSound, TakesSoundsOfAnyLength) {
  const Waveform waves[] = {{32000, 1, 1}, {768000, 8, 100}, {1, 2, 2047}, {32000, 2, 60000}};
  for (Waveform wave : waves) {
    for (size_t i = 0; i < wave.values.size(); ++i) wave.values[i] = std::sin(0.1f * i);
    EXPECT_EQ(Decode(PlotSound(wave, Classes(5), 0.128)).width, 1220);
  }
}

TEST(PlotSound, TakesSilenceAndLoudness) {
  Waveform wave(32000, 1, 4000);
  Decode(PlotSound(wave, Classes(5), 0.128));
  for (float& value : wave.values) value = std::numeric_limits<float>::max();
  Decode(PlotSound(wave, Classes(5), 0.128));
}

// The upper half of a chroma panel is bright where the class is.
TEST(PlotSound, ShowsTheChroma) {
  Waveform wave(32000, 1, 32000);
  Chroma chroma(8, 12);
  for (int64_t f = 0; f < 8; ++f) chroma.frame(f)[11] = 1;  // B, the top row
  const Picture picture = Decode(PlotSound(wave, chroma, 0.128));
  const int bottom = picture.height - 44;
  EXPECT_GT(picture.Sum(600, bottom - 12 * 16 + 8), 600);
  for (int c = 0; c < 11; ++c) EXPECT_LT(picture.Sum(600, bottom - c * 16 - 8), 20);
}

}  // namespace
}  // namespace musicgen::plot
