#include "kernels/cpu/dot_avx2.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_avx2.h"

namespace musicgen::kernels {

constinit const KernelTable kAvx2Kernels = FillTable<Avx2, Avx2Dot>();

}  // namespace musicgen::kernels
