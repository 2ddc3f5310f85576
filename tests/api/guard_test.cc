#include "api/guard.h"

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

namespace musicgen {
namespace {

using testing::HasSubstr;

void Expect(const std::function<void()>& body, ErrorCode code, const std::string& says) {
  try {
    Guard(body);
    ADD_FAILURE() << "threw nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(says));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(GuardTest, ReturnsWhatTheBodyReturns) {
  EXPECT_EQ(Guard([] { return 5; }), 5);
  int value = 1;
  int& same = Guard([&]() -> int& { return value; });
  EXPECT_EQ(&same, &value);
}

TEST(GuardTest, WantOfMemoryIsAnError) {
  Expect([] { throw std::bad_alloc(); }, ErrorCode::kOutOfMemory, "out of memory");
  Expect([] { throw std::bad_array_new_length(); }, ErrorCode::kOutOfMemory, "out of memory");
  Expect([] { std::vector<int>().reserve(SIZE_MAX); }, ErrorCode::kOutOfMemory, "out of memory");
  Expect([] { std::string().reserve(SIZE_MAX); }, ErrorCode::kOutOfMemory, "out of memory");
}

TEST(GuardTest, WhatTheSystemSaysIsAnError) {
  Expect(
      [] {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
      },
      ErrorCode::kFailure, "unavailable");
  Expect([] { (void)std::filesystem::file_size("/nowhere/at\nall"); }, ErrorCode::kFailure,
         "/nowhere/at?all: No such file");
  Expect([] { std::filesystem::copy_file("/nowhere/a", "/nowhere/b"); }, ErrorCode::kFailure,
         "/nowhere/a, /nowhere/b");
  std::future<int> broken = std::promise<int>().get_future();
  Expect([&] { broken.get(); }, ErrorCode::kFailure, "unexpected");
}

TEST(GuardTest, AnythingElseOfTheStandardLibraryIsAnError) {
  Expect([] { (void)std::vector<int>().at(3); }, ErrorCode::kFailure, "unexpected");
  Expect([] { (void)std::optional<int>().value(); }, ErrorCode::kFailure, "unexpected");
  Expect([] { throw std::runtime_error("two\nlines"); }, ErrorCode::kFailure, "two?lines");
}

TEST(GuardTest, AnErrorStaysAsItIs) {
  Expect([] { ThrowBadInput("a: expected b, found c"); }, ErrorCode::kBadInput,
         "a: expected b, found c");
  Expect([] { throw Error(ErrorCode::kOutOfMemory, "much"); }, ErrorCode::kOutOfMemory, "much");
}

TEST(GuardTest, WhatIsNoExceptionPasses) {
  EXPECT_THROW(Guard([] { throw 5; }), int);
}

}  // namespace
}  // namespace musicgen
