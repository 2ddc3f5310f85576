// Products of small integers, one output at a time: the reference.
//
// A set of integer products goes with the set of vector operations of the same lanes (V). Each lane
// of a vector of weights belongs to one output and holds four of its inputs as bytes; a vector of
// inputs repeats four bytes in every lane. Sums are exact, so every set gives the same integers.
//   Q8, LoadQ8        kLanes outputs × 4 inputs of 8 bits, made ready
//   kQ8Offset         what a ready weight has too much, as one processor multiplies unsigned
//   AddQ8             sum + Σ_{j<4} weight_j · input_j
//   Load              kLanes outputs × 4 bytes as they are
//   AddTwoDigits      sum + Σ_{j<4} weight_j · (128 · high_j + low_j) for bytes as they are, digits
//                     in [0, 127] and weights in [−127, 127]
//   Q4, LoadQ4        kLanes outputs × 4 bytes: the low halves, and the high ones
//   Q4Sum, ZeroQ4     a sum of such products, for q in [0, 15]; up to eight may be added
//   AddQ4, TotalQ4    the same for it, and its integers
#pragma once

#include <cstdint>
#include <cstring>

namespace musicgen::kernels {
namespace {

struct ScalarDot {
  static constexpr int32_t kQ8Offset = 0;
  using I = int32_t;
  struct Q8 {
    int8_t value[4];
  };
  struct Q4 {
    I low, high;
  };
  using Q4Sum = I;

  static Q8 LoadQ8(const int8_t* p) { return {{p[0], p[1], p[2], p[3]}}; }
  static I AddQ8(I sum, Q8 w, I x) {
    int8_t input[4];
    std::memcpy(input, &x, 4);
    for (int j = 0; j < 4; ++j) sum += w.value[j] * input[j];
    return sum;
  }

  static I Load(const int8_t* p) {
    I w;
    std::memcpy(&w, p, 4);
    return w;
  }
  static I AddTwoDigits(I sum, I w, I high, I low) {
    Q8 weight;
    std::memcpy(&weight, &w, 4);
    return AddQ8(sum + 128 * AddQ8(0, weight, high), weight, low);
  }

  static Q4 LoadQ4(const uint8_t* p) {
    uint32_t bytes;
    std::memcpy(&bytes, p, 4);
    return {static_cast<I>(bytes & 0x0f0f0f0fu), static_cast<I>((bytes >> 4) & 0x0f0f0f0fu)};
  }
  static Q4Sum ZeroQ4() { return 0; }
  static Q4Sum AddQ4(Q4Sum sum, I w, I x) {
    Q8 weight;
    std::memcpy(&weight, &w, 4);
    return AddQ8(sum, weight, x);
  }
  static I TotalQ4(Q4Sum sum) { return sum; }
};

}  // namespace
}  // namespace musicgen::kernels
