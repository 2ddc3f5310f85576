#include "common/interrupt.h"

#include <csignal>

#include "common/platform.h"

namespace musicgen::common {
namespace {

volatile std::sig_atomic_t deferred = 0;
volatile std::sig_atomic_t noted = 0;
const char* line = "musicgen: interrupted\n";

extern "C" void OnInterrupt(int signal) {
  std::signal(signal, OnInterrupt);  // some systems forget the handler when they call it
  if (deferred != 0 && noted == 0) {
    noted = 1;
    return;
  }
  ExitFromSignal(line, kExitInterrupted);
}

}  // namespace

void HandleInterrupts() {
  if (IsTerminal(stderr)) line = "\nmusicgen: interrupted\n";  // a progress bar may stand there
  std::signal(SIGINT, OnInterrupt);
  std::signal(SIGTERM, OnInterrupt);
}

DeferInterrupts::DeferInterrupts() { deferred = 1; }
DeferInterrupts::~DeferInterrupts() { deferred = 0; }
bool DeferInterrupts::requested() const { return noted != 0; }

}  // namespace musicgen::common
