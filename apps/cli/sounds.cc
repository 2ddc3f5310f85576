// The commands that look at a sound file: chroma and plot.
#include "cli/commands.h"
#include "cli/outputs.h"

namespace musicgen::cli {

int Run(const ChromaFlags& flags) {
  CheckWritable(flags.output);
  WriteChroma(flags.output,
              ExtractChroma(ReadAudio(flags.audio), DialectOf(flags.reference), flags.model));
  return 0;
}

int Run(const PlotFlags& flags) {
  CheckWritable(flags.output);
  WriteFile(flags.output, PlotAudio(ReadAudio(flags.audio)));
  return 0;
}

}  // namespace musicgen::cli
