#include "kernels/isa.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "base/error.h"
#include "kernels/cpu/kernel_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace musicgen::kernels {
namespace {

#if defined(__x86_64__)

bool Bit(uint32_t word, int bit) { return ((word >> bit) & 1) != 0; }

// What the processor has and the system saves across context switches (Intel's manual, volume 1,
// chapters 14.3 and 15.2).
std::vector<Isa> Detect() {
  std::vector<Isa> isas = {Isa::kScalar};
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return isas;
  const bool fma = Bit(c, 12), xsave = Bit(c, 27), avx = Bit(c, 28), f16c = Bit(c, 29);
  if (!xsave || !avx) return isas;
  uint32_t saved = 0, saved_high = 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(saved_high) : "c"(0));
  const bool saves_ymm = (saved & 0x06) == 0x06;
  const bool saves_zmm = (saved & 0xe6) == 0xe6;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return isas;
  const bool avx2 = Bit(b, 5);
  const bool avx512 = Bit(b, 16) && Bit(b, 17) && Bit(b, 30) && Bit(b, 31);  // F, DQ, BW, VL
  if (!(saves_ymm && avx2 && fma && f16c)) return isas;
  isas.push_back(Isa::kAvx2);
  if (!(saves_zmm && avx512)) return isas;
  isas.push_back(Isa::kAvx512);
  if (Bit(c, 11)) isas.push_back(Isa::kAvx512Vnni);
  return isas;
}

const KernelTable* TableOf(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return &kScalarKernels;
    case Isa::kAvx2:
      return &kAvx2Kernels;
    case Isa::kAvx512:
      return &kAvx512Kernels;
    case Isa::kAvx512Vnni:
      return &kAvx512VnniKernels;
    case Isa::kNeon:
    case Isa::kNeonDotprod:
      break;
  }
  return nullptr;
}

#elif defined(__aarch64__)

// What the system says the processor has; every one has NEON.
std::vector<Isa> Detect() {
  std::vector<Isa> isas = {Isa::kScalar, Isa::kNeon};
  if ((getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) isas.push_back(Isa::kNeonDotprod);
  return isas;
}

const KernelTable* TableOf(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return &kScalarKernels;
    case Isa::kNeon:
      return &kNeonKernels;
    case Isa::kNeonDotprod:
      return &kNeonDotprodKernels;
    case Isa::kAvx2:
    case Isa::kAvx512:
    case Isa::kAvx512Vnni:
      break;
  }
  return nullptr;
}

#else

std::vector<Isa> Detect() { return {Isa::kScalar}; }

const KernelTable* TableOf(Isa) { return &kScalarKernels; }

#endif

Isa ChooseIsa() {
  const char* wanted = std::getenv("MUSICGEN_ISA");
  if (wanted == nullptr || *wanted == '\0') return SupportedIsas().back();
  std::string names;
  for (Isa isa : SupportedIsas()) {
    if (std::string_view(wanted) == IsaName(isa)) return isa;
    names += StrCat(names.empty() ? "" : ", ", IsaName(isa));
  }
  ThrowBadInput("MUSICGEN_ISA: expected an instruction set that can run here (", names,
                "), found \"", Printable(wanted), "\"");
}

struct Choice {
  Choice() : isa(ChooseIsa()), table(TableOf(isa)) {}
  std::atomic<Isa> isa;
  std::atomic<const KernelTable*> table;
};

Choice& Active() {
  static Choice choice;
  return choice;
}

}  // namespace

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
    case Isa::kNeon:
      return "neon";
    case Isa::kNeonDotprod:
      return "neon_dotprod";
  }
  return "?";
}

const std::vector<Isa>& SupportedIsas() {
  static const std::vector<Isa> isas = Detect();
  return isas;
}

Isa ActiveIsa() { return Active().isa.load(std::memory_order_relaxed); }

const KernelTable& ActiveKernels() { return *Active().table.load(std::memory_order_relaxed); }

void ForceIsa(Isa isa) {
  bool supported = false;
  for (Isa candidate : SupportedIsas()) supported |= candidate == isa;
  MG_CHECK(supported);
  Active().isa.store(isa, std::memory_order_relaxed);
  Active().table.store(TableOf(isa), std::memory_order_relaxed);
}

}  // namespace musicgen::kernels
