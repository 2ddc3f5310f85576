// Ctrl-C and SIGTERM. They end the program at once with status 130, unless a DeferInterrupts lives:
// then the first one is only noted, so that the work can stop where nothing is left half-done, and
// the second one ends the program.
#pragma once

namespace musicgen::common {

inline constexpr int kExitInterrupted = 130;

void HandleInterrupts();  // once, at the start of main

class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;

  bool requested() const;  // whether one was noted
};

}  // namespace musicgen::common
