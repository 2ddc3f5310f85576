// Checks of contracts inside the program. A broken one is a bug: it prints both values and aborts.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"

#define MG_CHECK(condition)                                                                   \
  do {                                                                                        \
    if (!(condition)) ::musicgen::CheckFailed(__FILE__, __LINE__, #condition, std::string()); \
  } while (0)

#define MG_CHECK_OP(a, op, b)                                                          \
  do {                                                                                 \
    const auto& mg_a = (a);                                                            \
    const auto& mg_b = (b);                                                            \
    if (!(mg_a op mg_b))                                                               \
      ::musicgen::CheckFailed(__FILE__, __LINE__, #a " " #op " " #b,                   \
                              ::musicgen::StrCat(" (", mg_a, " against ", mg_b, ")")); \
  } while (0)

#define MG_CHECK_EQ(a, b) MG_CHECK_OP(a, ==, b)
#define MG_CHECK_LE(a, b) MG_CHECK_OP(a, <=, b)
#define MG_CHECK_LT(a, b) MG_CHECK_OP(a, <, b)

namespace musicgen {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* what,
                                     const std::string& values) {
  std::fprintf(stderr, "%s:%d: check failed: %s%s\n", file, line, what, values.c_str());
  std::abort();
}

}  // namespace musicgen
