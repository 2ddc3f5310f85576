#include "kernels/cpu/dot_neon_dotprod.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_neon.h"

namespace musicgen::kernels {

constinit const KernelTable kNeonDotprodKernels = FillTable<NeonDotprod, NeonDotprodDot>();

}  // namespace musicgen::kernels
