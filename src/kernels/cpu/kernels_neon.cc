#include "kernels/cpu/dot_neon.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_neon.h"

namespace musicgen::kernels {

constinit const KernelTable kNeonKernels = FillTable<Neon, NeonDot>();

}  // namespace musicgen::kernels
