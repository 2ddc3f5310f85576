#include "hub/hub_name.h"

#include <gmock/gmock.h>

namespace musicgen::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HubNameTest, Ids) {
  EXPECT_THAT(IdsOf("small"), ElementsAre("facebook/musicgen-small"));
  EXPECT_THAT(IdsOf("stereo-melody-large"), ElementsAre("facebook/musicgen-stereo-melody-large"));
  EXPECT_THAT(IdsOf("musicgen-style"), ElementsAre("facebook/musicgen-style"));
  EXPECT_THAT(IdsOf("t5-base"), ElementsAre("t5-base", "google-t5/t5-base"));
  EXPECT_THAT(IdsOf("thepatch/vanya_ai_dnb_0.1"), ElementsAre("thepatch/vanya_ai_dnb_0.1"));
  EXPECT_EQ(IdToAsk(IdsOf("flan-t5-base")), "google/flan-t5-base");
  for (const char* no : {"", "x", "a/b/c", "/a/b", "../b", "a/..", "a/.b", "a b/c", "a/b\n"}) {
    EXPECT_THAT(IdsOf(no), IsEmpty()) << no;
  }
}

TEST(HubNameTest, Parts) {
  for (const char* name : {"org/name@v1", "https://huggingface.co/org/name/tree/v1",
                           "hf.co/org/name/resolve/v1/model.safetensors?download=true"}) {
    EXPECT_EQ(ParseHubName(name).id, "org/name") << name;
    EXPECT_EQ(ParseHubName(name).revision, "v1") << name;
  }
  EXPECT_EQ(ParseHubName("org/name@refs/pr/1").revision, "refs/pr/1");
  EXPECT_EQ(RepositoryFolder("org/name"), "models--org--name");
}

TEST(HubNameTest, PlainPaths) {
  for (const char* good : {"a", "a/b c/d.bin", "..a", "refs/pr/1"}) EXPECT_TRUE(IsPlainPath(good));
  for (const char* bad : {"", ".", "..", "a/../b", "/a", "a/", "a//b", "a\\b", "a\x7f"}) {
    EXPECT_FALSE(IsPlainPath(bad)) << bad;
  }
}

}  // namespace
}  // namespace musicgen::hub
