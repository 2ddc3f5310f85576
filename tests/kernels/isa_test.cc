#include "kernels/isa.h"

#include <gtest/gtest.h>

#include "kernels/cpu/kernel_table.h"

namespace musicgen::kernels {
namespace {

TEST(IsaTest, ScalarIsAlwaysSupported) {
  ASSERT_FALSE(SupportedIsas().empty());
  EXPECT_EQ(SupportedIsas().front(), Isa::kScalar);
}

TEST(IsaTest, ForcedSetIsTheOneInUse) {
  const Isa before = ActiveIsa();
  for (Isa isa : SupportedIsas()) {
    ForceIsa(isa);
    EXPECT_EQ(ActiveIsa(), isa);
  }
  ForceIsa(Isa::kScalar);
  EXPECT_EQ(&ActiveKernels(), &kScalarKernels);
  ForceIsa(before);
}

TEST(IsaTest, NamesAreTheEnvironmentVariablesValues) {
  EXPECT_STREQ(IsaName(Isa::kScalar), "scalar");
  EXPECT_STREQ(IsaName(Isa::kAvx2), "avx2");
  EXPECT_STREQ(IsaName(Isa::kAvx512), "avx512");
  EXPECT_STREQ(IsaName(Isa::kAvx512Vnni), "avx512vnni");
  EXPECT_STREQ(IsaName(Isa::kNeon), "neon");
  EXPECT_STREQ(IsaName(Isa::kNeonDotprod), "neon_dotprod");
}

}  // namespace
}  // namespace musicgen::kernels
