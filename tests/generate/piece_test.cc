#include "generate/piece.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace musicgen::generate {
namespace {

struct Window {
  int64_t first, prompt, frames;
  bool operator==(const Window&) const = default;
};

std::vector<Window> Windows(int64_t prompt, int64_t total, int64_t window = 1500,
                            int64_t stride = 900) {
  Piece piece(Codes(2, prompt), total, window, stride);
  std::vector<Window> windows;
  while (!piece.done()) {
    windows.push_back({piece.first_frame(), piece.window_prompt().frames, piece.window_frames()});
    const std::optional<int64_t> next = piece.next_first_frame();
    piece.Finish(Codes(2, piece.window_frames()));
    EXPECT_EQ(next.has_value(), !piece.done());
    if (next) {
      EXPECT_EQ(*next, piece.first_frame());
    }
  }
  EXPECT_EQ(piece.codes().frames, total);
  EXPECT_EQ(piece.known(), total);
  return windows;
}

TEST(PieceTest, AudioCraftsWindows) {
  using Expected = std::vector<Window>;
  EXPECT_EQ(Windows(0, 400), (Expected{{0, 0, 400}}));
  EXPECT_EQ(Windows(0, 1500), (Expected{{0, 0, 1500}}));
  EXPECT_EQ(Windows(0, 3000), (Expected{{0, 0, 1500}, {900, 600, 1500}, {1800, 600, 1200}}));
  EXPECT_EQ(Windows(0, 2250), (Expected{{0, 0, 1500}, {900, 600, 1350}}));
  EXPECT_EQ(Windows(0, 1550), (Expected{{0, 0, 1500}, {900, 600, 650}}));
  EXPECT_EQ(Windows(1, 2250), (Expected{{0, 1, 1500}, {900, 600, 1350}}));
}

TEST(PieceTest, APromptThatFillsAWindowGoesToTheNext) {
  EXPECT_EQ(Windows(1500, 2250), (std::vector<Window>{{900, 600, 1350}}));
  EXPECT_EQ(Windows(2000, 2250), (std::vector<Window>{{900, 1100, 1350}}));
}

TEST(PieceTest, WithoutEndItKeepsWhatTheNextWindowNeeds) {
  Piece piece(Codes(2, 0), std::nullopt, 1500, 900);
  for (int64_t i = 0; i < 50; ++i) {
    EXPECT_EQ(piece.first_frame(), 900 * i);
    EXPECT_EQ(piece.window_frames(), 1500);
    EXPECT_LE(piece.codes().frames, 600);
    Codes window(2, 1500);
    for (int64_t t = 0; t < 1500; ++t) window.at(0, t) = static_cast<int32_t>(900 * i + t);
    piece.Finish(window);
    ASSERT_FALSE(piece.done());
    EXPECT_EQ(piece.window_prompt().at(0, 0), 900 * (i + 1));
  }
}

TEST(PieceTest, CodesArePutTogether) {
  Piece piece(Codes(1, 0), 7, 4, 2);
  for (int32_t base = 0; !piece.done(); base += 100) {
    const Codes prompt = piece.window_prompt();
    Codes window(1, piece.window_frames());
    for (int64_t t = 0; t < window.frames; ++t) {
      window.at(0, t) = t < prompt.frames ? prompt.at(0, t) : base + static_cast<int32_t>(t);
    }
    piece.Finish(window);
  }
  EXPECT_EQ(piece.codes().values, (std::vector<int32_t>{0, 1, 2, 3, 102, 103, 202}));
}

}  // namespace
}  // namespace musicgen::generate
