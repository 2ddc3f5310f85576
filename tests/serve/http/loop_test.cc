// The order of what threads hand to the server's.
#include "serve/http/loop.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace musicgen::serve {
namespace {

TEST(LoopTest, WorkRunsInTheOrderOfItsPostsWhoeverPosts) {
  Loop loop;
  std::vector<int> order;
  loop.Post([&] {
    loop.Post([&] { order.push_back(1); });
    std::thread([&] { loop.Post([&] { order.push_back(2); }); }).join();
    loop.Post([&] { order.push_back(3); });
  });
  loop.io().run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(LoopTest, WorkAfterCloseIsDropped) {
  Loop loop;
  loop.Close();
  loop.Post([] { FAIL() << "ran after Close"; });
}

}  // namespace
}  // namespace musicgen::serve
