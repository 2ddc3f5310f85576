#include "compose/draws.h"

#include "base/check.h"
#include "base/random.h"

namespace musicgen::compose {

uint32_t Draws::Next() {
  const uint32_t at = drawn_++ % 4;
  if (at == 0) {
    words_ = Philox({static_cast<uint32_t>(counter_), static_cast<uint32_t>(counter_ >> 32),
                     static_cast<uint32_t>(stream_), (drawn_ - 1) / 4},
                    {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  }
  return words_[at];
}

int Draws::Below(int bound) {
  MG_CHECK_LT(0, bound);
  return static_cast<int>(uint64_t{Next()} * static_cast<uint32_t>(bound) >> 32);
}

}  // namespace musicgen::compose
