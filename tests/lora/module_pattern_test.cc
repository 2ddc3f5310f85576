#include "lora/module_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace musicgen::lora {
namespace {

constexpr char kModule[] = "decoder.model.decoder.layers.1.self_attn.q_proj";

TEST(ModulePattern, MatchesTheEndOfAPath) {
  for (const char* pattern :
       {"q_proj", "self_attn.q_proj", "layers.1.self_attn.q_proj", kModule, "layers.*q_proj",
        "self_attn\\.q_proj$", "^decoder.*q_proj", "layers\\.1\\..*", "d.coder.model.*"}) {
    ASSERT_TRUE(IsKnownPattern(pattern)) << pattern;
    EXPECT_TRUE(MatchesModule(pattern, kModule)) << pattern;
  }
}

TEST(ModulePattern, BeginsBehindADot) {
  for (const char* pattern : {"proj", "k_proj", "attn.q_proj", "^self_attn.q_proj", "q_proj.weight",
                              "layers\\.2\\..*", "self_attn", ""}) {
    ASSERT_TRUE(IsKnownPattern(pattern)) << pattern;
    EXPECT_FALSE(MatchesModule(pattern, kModule)) << pattern;
  }
}

TEST(ModulePattern, KnowsNoOtherExpressions) {
  for (const char* pattern :
       {"(q|v)_proj", "layers.[0-9].fc1", "q_proj+", "a*", "\\d", "\\", "a?"}) {
    EXPECT_FALSE(IsKnownPattern(pattern)) << pattern;
  }
}

TEST(ModulePattern, IsQuickWithManyStars) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "a.*";
  EXPECT_FALSE(MatchesModule(pattern + "b", std::string(4000, 'a')));
}

}  // namespace
}  // namespace musicgen::lora
