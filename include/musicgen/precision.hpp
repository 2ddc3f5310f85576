#pragma once

#include <cstdint>

namespace musicgen {

// The format of the language model's and the text encoder's weights in memory. What is not named is
// kept and computed in float. Numbers are those of musicgen.h.
enum class Precision : int32_t {
  kAuto = 0,  // what a quantised GGUF file holds; else q8, with the codec's sound exact
  kF32 = 1,
  kF16 = 2,   // weights rounded to half precision; keys and values in float
  kBF16 = 3,  // weights, keys and values rounded to bfloat16
  kQ8 = 4,    // weights, keys and values of eight bits with a scale for 32 of them, multiplied as
              // integers
  kQ4 = 5,  // weights of four bits, the text encoder's and the output heads' of eight; else as kQ8
};

// "f32", …; null for a number that is none of them.
inline const char* PrecisionName(Precision precision) {
  switch (precision) {
    case Precision::kAuto:
      return "auto";
    case Precision::kF32:
      return "f32";
    case Precision::kF16:
      return "f16";
    case Precision::kBF16:
      return "bf16";
    case Precision::kQ8:
      return "q8";
    case Precision::kQ4:
      return "q4";
  }
  return nullptr;
}

}  // namespace musicgen
