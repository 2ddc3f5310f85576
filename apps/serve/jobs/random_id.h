// Names of jobs that nobody can guess, and seeds that were not given.
#pragma once

#include <cstdint>
#include <string>

namespace musicgen::serve {

// 32 hexadecimal digits from the system's random numbers.
std::string RandomId();
// Of 32 bits, as the command line draws it: every reader of JSON keeps it exact.
uint64_t RandomSeed();

}  // namespace musicgen::serve
