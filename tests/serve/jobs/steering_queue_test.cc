#include "serve/jobs/steering_queue.h"

#include <gtest/gtest.h>

namespace musicgen::serve {
namespace {

using Call = std::shared_ptr<SteerCall>;

Steering At(std::optional<int64_t> step, bool prompt = false) {
  Steering steering;
  if (prompt) steering.prompt = "x";
  steering.at_step = step;
  return steering;
}

TEST(SteeringQueueTest, GivesThoseWithoutAStepOneByOne) {
  SteeringQueue queue;
  const Call a = std::make_shared<SteerCall>(), b = std::make_shared<SteerCall>(),
             c = std::make_shared<SteerCall>();
  queue.Add(At({}, true), a);
  queue.Add(At({}), b);
  queue.Add(At(100), c);
  EXPECT_EQ(queue.Give().size(), 2u);
  EXPECT_TRUE(queue.Give().empty());
  EXPECT_EQ(queue.Applied(7, false, false), a);
  EXPECT_EQ(queue.Give().size(), 1u);
  EXPECT_EQ(queue.Applied(8, false, false), b);
  EXPECT_EQ(queue.Applied(99, false, false), nullptr);
  EXPECT_EQ(queue.Applied(100, false, false), c);
}

TEST(SteeringQueueTest, TellsStepsInTheirOrder) {
  SteeringQueue queue;
  const Call a = std::make_shared<SteerCall>(), b = std::make_shared<SteerCall>();
  queue.Add(At(60), a);
  queue.Add(At(20), b);
  EXPECT_EQ(queue.Give().size(), 2u);
  EXPECT_EQ(queue.Applied(70, false, false), b);
  EXPECT_EQ(queue.Applied(70, false, false), a);
}

TEST(SteeringQueueTest, KnowsThePromptsOfPrefixModels) {
  SteeringQueue queue;
  const Call prompt = std::make_shared<SteerCall>(), number = std::make_shared<SteerCall>();
  queue.Add(At(10, true), prompt);
  queue.Add(At({}), number);
  queue.Give();
  EXPECT_EQ(queue.Applied(10, true, /*is_later=*/false), number);
  EXPECT_EQ(queue.Applied(10, true, /*is_later=*/true), prompt);
  queue.Add(At(1000), number);
  EXPECT_EQ(queue.Drop().size(), 1u);
}

}  // namespace
}  // namespace musicgen::serve
