// musicgen-train lm: the language model.
#include <cstdio>

#include "common/interrupt.h"
#include "train/demo/demo_training.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunLm(const TrainFlags& flags) {
  const common::DeferInterrupts interrupts;
  const bool done =
      TrainDemo(SettingsOf(flags), flags.work, [&] { return interrupts.requested(); });
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

}  // namespace musicgen::train
