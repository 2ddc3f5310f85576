// Counter-based random numbers: a value depends on its coordinates alone, never on the order of
// drawing.
#pragma once

#include <array>
#include <cstdint>

namespace musicgen {

// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC
// 2011).
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// Where a number is used. `take` counts the results of one request, `frame` runs on across windows.
struct RandomCoordinate {
  uint64_t seed = 0;
  uint32_t take = 0;
  uint32_t frame = 0;
  uint32_t codebook = 0;
};

// Uniform in [0, 1), a multiple of 2^-53.
double Uniform(const RandomCoordinate& at);

}  // namespace musicgen
