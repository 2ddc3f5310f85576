// Random choices in whole numbers: the same on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace musicgen::compose {

// What a stream of draws is for, so that none disturbs another.
enum class DrawStream : uint32_t { kSong = 1, kCaption, kWrong, kMixture, kClip };

class Draws {
 public:
  Draws(uint64_t seed, uint64_t counter, DrawStream stream)
      : seed_(seed), counter_(counter), stream_(stream) {}

  uint32_t Next();       // 32 random bits
  int Below(int bound);  // 0 … bound - 1
  bool Percent(int probability) { return Below(100) < probability; }
  template <class List>
  const auto& Of(const List& list) {
    return list[static_cast<size_t>(Below(static_cast<int>(std::size(list))))];
  }

 private:
  uint64_t seed_, counter_;
  DrawStream stream_;
  uint32_t drawn_ = 0;
  std::array<uint32_t, 4> words_{};
};

}  // namespace musicgen::compose
