// A program that is started, heard, and whose end is certain.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "serve/upload/descriptor.h"

namespace musicgen::serve {

using Deadline = std::chrono::steady_clock::time_point;

// Kills and reaps its process when it ends, so that none is left over. Many at once are fine, from
// any threads.
class ChildProcess {
 public:
  // `input` is its stdin, a pipe its stdout; stderr goes nowhere, no other file is open. Of the
  // environment it gets the search path of libraries alone: a key may stand in the rest. Throws
  // Error(kFailure).
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
               const Descriptor& input);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  enum class Heard { kAll, kEnd, kLate };
  // Exactly `size` bytes of its output: all of them, fewer before its end, or not until `deadline`.
  Heard Read(void* data, size_t size, Deadline deadline);
  // The status that waitpid(2) tells once it has ended by itself; none: not until `deadline`, or
  // somebody else took it.
  std::optional<int> Wait(Deadline deadline);

 private:
  pid_t pid_ = -1;  // -1: reaped
  Descriptor output_;
};

}  // namespace musicgen::serve
