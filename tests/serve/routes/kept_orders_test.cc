#include "serve/routes/kept_orders.h"

#include <gtest/gtest.h>

namespace musicgen::serve {
namespace {

TEST(KeptOrders, TheOldestMakeWay) {
  KeptOrders<int> orders(2);
  orders.Put("a", 1);
  orders.Put("b", 2);
  orders.Put("c", 3);
  EXPECT_FALSE(orders.Find("a"));
  EXPECT_EQ(orders.Find("b"), 2);
  EXPECT_EQ(orders.Find("c"), 3);
}

TEST(KeptOrders, BytesCountToo) {
  KeptOrders<int> orders(100, 10);
  orders.Put("a", 1, 6);
  orders.Put("b", 2, 6);
  EXPECT_FALSE(orders.Find("a"));
  orders.Put("c", 3, 4);
  EXPECT_TRUE(orders.Find("b"));
  orders.Put("d", 4, 50);  // the last one stays, whatever it weighs
  EXPECT_FALSE(orders.Find("c"));
  EXPECT_TRUE(orders.Find("d"));
}

}  // namespace
}  // namespace musicgen::serve
