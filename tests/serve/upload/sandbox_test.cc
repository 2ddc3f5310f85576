#include "serve/upload/sandbox.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "children.h"
#include "serve/upload/child_process.h"

namespace musicgen::serve {
namespace {

Deadline In(int seconds) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
}

int SignalThatEnds(const std::string& name) {
  const Descriptor nothing(dup(STDERR_FILENO));
  ChildProcess child("/proc/self/exe", Child(name).arguments, nothing);
  char byte = 0;
  EXPECT_EQ(child.Read(&byte, 1, In(20)), ChildProcess::Heard::kEnd) << name;
  const std::optional<int> status = child.Wait(In(20));
  EXPECT_TRUE(status.has_value()) << name;
  return status && WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
}

TEST(Sandbox, KillsWhoCallsWhatDecodingNeedsNot) {
  for (const std::string& name : ForbiddenCalls()) EXPECT_EQ(SignalThatEnds(name), SIGSYS) << name;
}

TEST(Sandbox, EndsWhoTakesMoreProcessorTime) {
  EXPECT_EQ(SignalThatEnds("spins-in-the-sandbox"), SIGXCPU);
}

}  // namespace
}  // namespace musicgen::serve
