#include "tensor/shape.h"

#include <gtest/gtest.h>

namespace musicgen {
namespace {

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(NumElements({}), 1);
  EXPECT_EQ(NumElements({3, 4}), 12);
  EXPECT_EQ(NumElements({3, 0, 4}), 0);
}

TEST(ShapeTest, PrintsAsPythonDoes) {
  EXPECT_EQ(ToString({}), "[]");
  EXPECT_EQ(ToString({2, 3}), "[2, 3]");
}

}  // namespace
}  // namespace musicgen
