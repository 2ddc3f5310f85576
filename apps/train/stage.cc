// What all stages of a training have in common: settings and a work folder.
#include "train/settings/settings.h"
#include "train/subcommands.h"

namespace musicgen::train {

void AddStage(common::Flags flags, TrainFlags& values) {
  flags.Name("--config", values.config, "Settings", "FILE", /*required=*/true);
  flags.Name("--work", values.work, "What the stages make, and read of one another", "DIR",
             /*required=*/true);
  flags.Texts("settings", values.settings, "Settings of the file to change, as key.sub=value");
}

checkpoint::Config SettingsOf(const TrainFlags& flags) {
  return ReadSettings(flags.config, flags.settings);
}

}  // namespace musicgen::train
