#include "c_api/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <future>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.h"

namespace musicgen::c_api {
namespace {

using testing::HasSubstr;

void Expect(const std::function<void()>& body, mg_status status, const std::string& says) {
  EXPECT_EQ(Guard(body), status);
  const std::string said = mg_last_error();
  EXPECT_THAT(said, HasSubstr(says));
  EXPECT_EQ(said.find('\n'), std::string::npos);
}

TEST(GuardTest, ReturnsWhatTheBodyReturns) {
  EXPECT_EQ(Guard([] {}), MG_OK);
  EXPECT_EQ(Guard([]() -> mg_status { return MG_CANCELLED; }), MG_CANCELLED);
  EXPECT_EQ(Value([] { return 5; }), 5);
  EXPECT_EQ(Value([]() -> int { throw std::bad_alloc(); }), 0);
  EXPECT_EQ(Value([]() -> const char* { ThrowBadInput("a: expected b"); }), nullptr);
}

TEST(GuardTest, WantOfMemoryIsAnError) {
  Expect([] { throw std::bad_alloc(); }, MG_OUT_OF_MEMORY, "out of memory");
  Expect([] { throw std::bad_array_new_length(); }, MG_OUT_OF_MEMORY, "out of memory");
  Expect([] { std::vector<int>().reserve(SIZE_MAX); }, MG_OUT_OF_MEMORY, "out of memory");
  Expect([] { std::string().reserve(SIZE_MAX); }, MG_OUT_OF_MEMORY, "out of memory");
}

TEST(GuardTest, WhatTheSystemSaysIsAnError) {
  Expect(
      [] {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
      },
      MG_FAILURE, "unavailable");
  Expect([] { (void)std::filesystem::file_size("/nowhere/at\nall"); }, MG_FAILURE,
         "/nowhere/at?all: No such file");
  Expect([] { std::filesystem::copy_file("/nowhere/a", "/nowhere/b"); }, MG_FAILURE,
         "/nowhere/a, /nowhere/b");
  std::future<int> broken = std::promise<int>().get_future();
  Expect([&] { broken.get(); }, MG_FAILURE, "unexpected");
}

TEST(GuardTest, AnythingElseOfTheStandardLibraryIsAnError) {
  Expect([] { (void)std::vector<int>().at(3); }, MG_FAILURE, "unexpected");
  Expect([] { (void)std::optional<int>().value(); }, MG_FAILURE, "unexpected");
  Expect([] { throw std::runtime_error("two\nlines"); }, MG_FAILURE, "two?lines");
}

TEST(GuardTest, AnErrorStaysAsItIs) {
  Expect([] { ThrowBadInput("a: expected b, found c"); }, MG_BAD_INPUT, "a: expected b, found c");
  Expect([] { throw Error(ErrorCode::kOutOfMemory, "much"); }, MG_OUT_OF_MEMORY, "much");
}

TEST(GuardTest, WhatIsNoExceptionIsAFailureToo) {
  Expect([] { throw 5; }, MG_FAILURE, "unexpected");
}

TEST(GuardTest, EachThreadHasItsOwnLastSentence) {
  Guard([] { ThrowBadInput("mine"); });
  std::thread other([] {
    EXPECT_STREQ(mg_last_error(), "");
    Guard([] { ThrowBadInput("theirs"); });
    EXPECT_STREQ(mg_last_error(), "theirs");
  });
  other.join();
  EXPECT_STREQ(mg_last_error(), "mine");
}

}  // namespace
}  // namespace musicgen::c_api
