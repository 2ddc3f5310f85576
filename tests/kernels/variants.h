// The kernel tables under test: what the processor runs, and the AVX-512 source under emulation.
#pragma once

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/cpu/kernel_table.h"
#include "kernels/matmul.h"
#include "tensor/aligned_buffer.h"

namespace musicgen::kernels {

struct Variant {
  std::string name;
  const KernelTable* table;
};

// All but the scalar reference.
const std::vector<Variant>& FastVariants();
// With it, first.
const std::vector<Variant>& AllVariants();

inline void PackFloats(PackedMatrix& w, int64_t first_output, int64_t rows, const float* weights) {
  w.PackRows(first_output, {"", DType::kF32, {rows, w.inputs()}, weights});
}

// MatMul by one table.
inline void RunMatMul(const KernelTable& table, const float* x, int64_t x_stride, int64_t rows,
                      const PackedMatrix& w, Range tiles, const MatMulOptions& options, float* y,
                      int64_t y_stride) {
  const AlignedBuffer scratch(kMatMulScratchBytes);
  table.matmul({x, x_stride, rows, w.format(), w.tile(0), w.outputs(), w.inputs(), tiles.begin,
                tiles.end, options.bias, options.accumulate, options.two_digit_activations,
                options.next, scratch.data(), y, y_stride});
}

inline constexpr WeightFormat kFormats[] = {WeightFormat::kF32, WeightFormat::kF16,
                                            WeightFormat::kBF16};
inline constexpr WeightFormat kAllFormats[] = {WeightFormat::kF32, WeightFormat::kF16,
                                               WeightFormat::kBF16, WeightFormat::kQ8,
                                               WeightFormat::kQ4};

inline std::vector<float> Noise(int64_t n, uint32_t seed, float scale = 1.0f) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) v = uniform(random);
  return out;
}

// The same bits; any NaN equals any other, whose payloads IEEE 754 leaves open.
inline bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (std::memcmp(&a[i], &b[i], sizeof(float)) != 0) return false;
  }
  return true;
}

}  // namespace musicgen::kernels
