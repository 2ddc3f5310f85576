#include "kernels/cpu/dot_avx512.h"
#include "kernels/cpu/fill_table.h"
#include "kernels/cpu/simd_avx512.h"

namespace musicgen::kernels {

constinit const KernelTable kAvx512VnniKernels = FillTable<Avx512, Avx512VnniDot>();

}  // namespace musicgen::kernels
