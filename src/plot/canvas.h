// A picture to draw plots on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::plot {

struct Color {
  uint8_t r = 0, g = 0, b = 0;
};

// Pixels [height, width] of three bytes; what lies outside is not drawn.
class Canvas {
 public:
  static constexpr int kGlyphWidth = 12;  // of one character, its gap included
  static constexpr int kGlyphHeight = 14;

  Canvas(int width, int height, Color background);

  int width() const { return width_; }
  int height() const { return height_; }
  Color At(int x, int y) const;

  void Set(int x, int y, Color color);
  void Fill(int x, int y, int width, int height, Color color);
  // Top left corner at (x, y). Letters of plot labels alone; others leave a blank.
  void Text(int x, int y, std::string_view text, Color color);

  // The bytes of a PNG file. Throws Error(kFailure).
  std::string EncodePng() const;

 private:
  int width_, height_;
  std::vector<uint8_t> pixels_;
};

}  // namespace musicgen::plot
