#include "kernels/cpu/dot_scalar.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_scalar.h"

namespace musicgen::kernels {

constinit const KernelTable kScalarKernels = FillTable<Scalar, ScalarDot>();

}  // namespace musicgen::kernels
