// musicgen-train lm: the language model.
#include <cstdio>

#include "common/interrupt.h"
#include "train/demo/demo_training.h"
#include "train/subcommands.h"
#include "train/tracks/track_stages.h"

namespace musicgen::train {

int RunLm(const TrainFlags& flags) {
  const common::DeferInterrupts interrupts;
  const checkpoint::Config settings = SettingsOf(flags);
  const auto stop = [&] { return interrupts.requested(); };
  const bool done = AreOfTracks(settings) ? TrainTracks(settings, flags.work, stop)
                                          : TrainDemo(settings, flags.work, stop);
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

}  // namespace musicgen::train
