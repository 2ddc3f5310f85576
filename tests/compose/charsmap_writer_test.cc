#include "compose/charsmap_writer.h"

#include <gtest/gtest.h>

#include "text/charsmap.h"

namespace musicgen::compose {
namespace {

TEST(CharsmapWriterTest, IsReadBack) {
  const text::Charsmap map(
      CharsmapBytes({{"A", "a"}, {"B", "bee"}, {"\u266d", " flat"}, {"\u266f", ""}}), "a test");
  EXPECT_EQ(map.Normalize("A\u266d B\u266f, x"), "a flat bee, x");
  EXPECT_EQ(map.Normalize("\u266e"), "\u266e");
}

TEST(CharsmapWriterTest, MayBeEmpty) {
  EXPECT_EQ(text::Charsmap(CharsmapBytes({}), "a test").Normalize("As"), "As");
}

}  // namespace
}  // namespace musicgen::compose
