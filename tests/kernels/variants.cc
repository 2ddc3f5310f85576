#include "kernels/variants.h"

#include <algorithm>

#include "kernels/isa.h"

namespace musicgen::kernels {

extern const KernelTable kEmulatedAvx512Kernels;
extern const KernelTable kEmulatedAvx512VnniKernels;

const std::vector<Variant>& FastVariants() {
  static const std::vector<Variant> variants = [] {
    std::vector<Variant> out;
#if defined(__x86_64__)
    const auto& isas = SupportedIsas();
    if (std::count(isas.begin(), isas.end(), Isa::kAvx2)) {
      out.push_back({"avx2", &kAvx2Kernels});
      out.push_back({"avx512 emulated", &kEmulatedAvx512Kernels});
      out.push_back({"avx512vnni emulated", &kEmulatedAvx512VnniKernels});
    }
    if (std::count(isas.begin(), isas.end(), Isa::kAvx512)) {
      out.push_back({"avx512", &kAvx512Kernels});
    }
    if (std::count(isas.begin(), isas.end(), Isa::kAvx512Vnni)) {
      out.push_back({"avx512vnni", &kAvx512VnniKernels});
    }
#elif defined(__aarch64__)
    const auto& isas = SupportedIsas();
    out.push_back({"neon", &kNeonKernels});
    if (std::count(isas.begin(), isas.end(), Isa::kNeonDotprod)) {
      out.push_back({"neon_dotprod", &kNeonDotprodKernels});
    }
#endif
    return out;
  }();
  return variants;
}

const std::vector<Variant>& AllVariants() {
  static const std::vector<Variant> variants = [] {
    std::vector<Variant> out = {{"scalar", &kScalarKernels}};
    out.insert(out.end(), FastVariants().begin(), FastVariants().end());
    return out;
  }();
  return variants;
}

}  // namespace musicgen::kernels
