// musicgen-train encode: the codes of recorded music, kept for training.
#include <cstdio>

#include "base/error.h"
#include "common/interrupt.h"
#include "train/distributed/join.h"
#include "train/subcommands.h"
#include "train/tracks/track_stages.h"

namespace musicgen::train {

int RunEncode(const TrainFlags& flags) {
  const common::DeferInterrupts interrupts;
  const checkpoint::Config settings = SettingsOf(flags);
  if (!AreOfTracks(settings)) {
    ThrowBadInput(Printable(flags.config, 300),
                  ": datasource: expected the music to encode, found ", "none");
  }
  const Place place = Join(settings);
  const bool done =
      EncodeSources(settings, OpenTrackModel(settings), flags.work, *place.processes, [&] {
        return interrupts.requested();
      }).has_value();
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

}  // namespace musicgen::train
