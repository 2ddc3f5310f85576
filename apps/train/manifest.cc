// musicgen-train manifest: the sound files of a folder as AudioCraft lists them.
#include <cstdio>

#include "base/destination.h"
#include "train/data/sound_files.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunManifest(const TrainFlags& flags) {
  CheckWritable(flags.output);
  const auto entries = ScanFolder(flags.data, flags.amplitude, [](const std::string& problem) {
    std::fprintf(stderr, "left out: %s\n", problem.c_str());
  });
  WriteManifest(entries, flags.output);
  std::fprintf(stderr, "%s: %zu files\n", flags.output.c_str(), entries.size());
  return 0;
}

}  // namespace musicgen::train
