#include "kernels/isa.h"

#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace musicgen::kernels {

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "?";
}

const std::vector<Isa>& SupportedIsas() {
  static const std::vector<Isa> isas = {Isa::kScalar};
  return isas;
}

namespace {

Isa ChooseIsa() {
  const char* wanted = std::getenv("MUSICGEN_ISA");
  if (wanted == nullptr || *wanted == '\0') return SupportedIsas().back();
  for (Isa isa : SupportedIsas()) {
    if (std::string_view(wanted) == IsaName(isa)) return isa;
  }
  ThrowBadInput("MUSICGEN_ISA=", Printable(wanted),
                ": expected scalar, avx2 or avx512, and one this processor can run");
}

Isa& Active() {
  static Isa isa = ChooseIsa();
  return isa;
}

}  // namespace

Isa ActiveIsa() { return Active(); }

void ForceIsa(Isa isa) { Active() = isa; }

}  // namespace musicgen::kernels
