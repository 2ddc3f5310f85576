#include "hub/digest.h"

#include <gtest/gtest.h>

namespace musicgen::hub {
namespace {

TEST(DigestTest, EqualsSha256sumAndGitHashObject) {
  Digest sha256 = Digest::Sha256();
  sha256.Add("hel");
  sha256.Add("lo\n");
  EXPECT_EQ(sha256.Hex(), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  Digest git = Digest::GitBlob(6);
  git.Add("hello\n");
  EXPECT_EQ(git.Hex(), "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(Digest::GitBlob(0).Hex(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

}  // namespace
}  // namespace musicgen::hub
