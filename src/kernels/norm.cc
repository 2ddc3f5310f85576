#include "kernels/norm.h"

#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {

void LayerNormRow(const float* x, const float* weight, const float* bias, float eps, int64_t n,
                  float* y) {
  ActiveKernels().layer_norm_row(x, weight, bias, eps, n, y);
}

void RmsNormRow(const float* x, const float* weight, float eps, int64_t n, float* y) {
  ActiveKernels().rms_norm_row(x, weight, eps, n, y);
}

}  // namespace musicgen::kernels
