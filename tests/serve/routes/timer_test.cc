#include "serve/routes/timer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace musicgen::serve {
namespace {

TEST(Timer, RunsWhatIsDueInItsOrder) {
  std::string order;
  std::promise<void> done;
  Timer timer;
  timer.After(0.05, [&] {
    order += "b";
    done.set_value();
  });
  timer.After(0.01, [&] { order += "a"; });
  done.get_future().wait();
  EXPECT_EQ(order, "ab");
}

TEST(Timer, WorkMayOrderMoreWork) {
  std::promise<void> done;
  Timer timer;
  timer.After(0, [&] { timer.After(0, [&] { done.set_value(); }); });
  done.get_future().wait();
}

TEST(Timer, StopDropsWhatIsLeft) {
  std::atomic<int> count = 0;
  Timer timer;
  timer.After(1000, [&] { ++count; });
  timer.Stop();
  timer.After(0, [&] { ++count; });
  EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace musicgen::serve
