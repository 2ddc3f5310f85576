// Which instruction set the kernels use. Chosen once, from the processor; MUSICGEN_ISA forces one,
// so that one machine can test them all: scalar, on x86-64 avx2, avx512, avx512vnni, on Arm neon,
// neon_dotprod. At every weight format the results are the same bits on each.
#pragma once

#include <string>
#include <vector>

namespace musicgen::kernels {

enum class Isa { kScalar, kAvx2, kAvx512, kAvx512Vnni, kNeon, kNeonDotprod };

const char* IsaName(Isa isa);
// Sets this build holds and this processor can run, slowest first; always begins with kScalar.
const std::vector<Isa>& SupportedIsas();
// The set in use. Throws Error(kBadInput) when MUSICGEN_ISA names none or one that cannot run here;
// a Model asks at its start, so that no kernel meets that error first.
Isa ActiveIsa();
// For tests: replaces the set in use. Not to be called while kernels run.
void ForceIsa(Isa isa);

}  // namespace musicgen::kernels
