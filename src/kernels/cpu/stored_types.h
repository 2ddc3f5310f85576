// Elements of packed weights and caches as the loops see them: a type for each format, so that
// overloads pick the widening.
#pragma once

#include <cstdint>

namespace musicgen::kernels {
namespace {

struct F16 {
  uint16_t bits;
};
struct BF16 {
  uint16_t bits;
};

}  // namespace
}  // namespace musicgen::kernels
