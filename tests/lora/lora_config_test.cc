#include "lora/lora_config.h"

#include <cmath>

#include "checkpoint/hostile.h"

namespace musicgen::lora {
namespace {

using checkpoint::Config;
using checkpoint::ErrorOf;
using ::testing::AllOf;
using ::testing::HasSubstr;

LoraConfig Read(const std::string& json) {
  return ReadLoraConfig(Config::Parse(json, "adapter_config.json"));
}
std::string Refused(const std::string& json) {
  return ErrorOf([&] { Read(json); });
}

TEST(LoraConfig, ScalesByAlphaOverRank) {
  const LoraConfig config = Read(R"({"peft_type": "LORA", "r": 16, "lora_alpha": 32})");
  EXPECT_EQ(config.RankOf("lm_heads.0"), 16);
  EXPECT_EQ(config.ScaleOf("lm_heads.0"), 2.0);
}

TEST(LoraConfig, HasPEFTsDefaults) {
  const LoraConfig config = Read("{}");
  EXPECT_EQ(config.rank, 8);
  EXPECT_EQ(config.ScaleOf("x"), 1.0);
}

TEST(LoraConfig, FollowsPatterns) {
  const LoraConfig config = Read(R"({"r": 8, "lora_alpha": 8, "use_rslora": true,
      "rank_pattern": {"self_attn.q_proj": 4}, "alpha_pattern": {"layers.1.*": 3}})");
  EXPECT_EQ(config.RankOf("layers.0.self_attn.q_proj"), 4);
  EXPECT_EQ(config.ScaleOf("layers.0.self_attn.q_proj"), 4.0);
  EXPECT_EQ(config.ScaleOf("layers.1.self_attn.q_proj"), 1.5);
  EXPECT_EQ(config.ScaleOf("layers.1.fc1"), 3 / std::sqrt(8.0));
}

TEST(LoraConfig, RefusesOtherKindsByName) {
  for (const char* type : {"LOHA", "LOKR", "IA3", "ADALORA", "PREFIX_TUNING", "?"}) {
    EXPECT_THAT(Refused(StrCat(R"({"peft_type": ")", type, "\"}")),
                AllOf(HasSubstr("peft_type: expected LORA, found "), HasSubstr(type)));
  }
}

TEST(LoraConfig, RefusesWhatIsMoreThanAProduct) {
  for (const char* json :
       {R"({"layer_replication": [[0, 4]]})", R"({"use_qalora": true})",
        R"({"trainable_token_indices": [1]})", R"({"alora_invocation_tokens": [1, 2]})"}) {
    EXPECT_THAT(Refused(json), HasSubstr("not supported")) << json;
  }
  EXPECT_EQ(Refused(R"({"layer_replication": null, "use_qalora": false})"), "");
}

TEST(LoraConfig, RefusesAChangedBase) {
  for (const char* start : {"pissa", "pissa_niter_4", "olora", "corda", "loftq", "lora_ga"}) {
    EXPECT_THAT(Refused(StrCat(R"({"init_lora_weights": ")", start, "\"}")),
                HasSubstr("changes the base model as well"));
  }
  for (const char* start : {"true", "false", "\"gaussian\"", "\"eva\"", "null"}) {
    EXPECT_EQ(Refused(StrCat(R"({"init_lora_weights": )", start, "}")), "");
  }
}

TEST(LoraConfig, RefusesImpossibleNumbers) {
  EXPECT_THAT(Refused(R"({"r": 0})"), HasSubstr("r: "));
  EXPECT_THAT(Refused(R"({"r": -3})"), HasSubstr("r: "));
  EXPECT_THAT(Refused(R"({"lora_alpha": 1e300})"), HasSubstr("lora_alpha: "));
  EXPECT_THAT(Refused(R"({"rank_pattern": {"q_proj": 0}})"), HasSubstr("rank_pattern"));
  EXPECT_THAT(Refused(R"({"alpha_pattern": {"(q|k)_proj": 1}})"),
              HasSubstr("alpha_pattern: expected names of modules"));
  EXPECT_THAT(Refused(R"({"alpha_pattern": {"q_proj": "x"}})"), HasSubstr("alpha_pattern"));
}

}  // namespace
}  // namespace musicgen::lora
