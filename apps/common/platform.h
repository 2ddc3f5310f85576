// The few calls of the program that standard C++ does not have.
#pragma once

#include <cstdio>

namespace musicgen::common {

bool IsTerminal(std::FILE* stream);
// Prints a line on stderr and ends the program; safe inside a signal handler.
[[noreturn]] void ExitFromSignal(const char* line, int status);

}  // namespace musicgen::common
