// What the library says of a call that it must refuse.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "musicgen/error.hpp"

namespace musicgen {

// The one sentence of the Error(kBadInput) that `call` throws; "" and a failed test where it throws
// nothing or something else.
template <class Call>
std::string Refused(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    const std::string what = error.what();
    EXPECT_EQ(what.find('\n'), std::string::npos);
    return what;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw no Error, but " << error.what();
    return "";
  }
  ADD_FAILURE() << "threw nothing";
  return "";
}

}  // namespace musicgen
