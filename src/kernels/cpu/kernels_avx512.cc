#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_avx512.h"

namespace musicgen::kernels {

constinit const KernelTable kAvx512Kernels = FillTable<Avx512>();

}  // namespace musicgen::kernels
