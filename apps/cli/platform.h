// The few calls of the program that standard C++ does not have.
#pragma once

#include <cstdio>
#include <string>

namespace musicgen::cli {

bool IsTerminal(std::FILE* stream);
bool IsWritable(const std::string& path);
// Prints a line on stderr and ends the program; safe inside a signal handler.
[[noreturn]] void ExitFromSignal(const char* line, int status);

}  // namespace musicgen::cli
