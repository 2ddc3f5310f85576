// The commands that look at a sound file: chroma and plot.
#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/outputs.h"

namespace musicgen::cli {

int Run(const ChromaFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--audio", flags.audio);
  AddTensorFile(destinations, "--output", flags.output);
  const Waveform sound = ReadAudio(flags.audio);
  DownloadOptions download;
  download.model = flags.model;
  download.offline = flags.offline;
  const std::string model = flags.model.empty() ? "" : DownloadWithProgress(download).path;
  const Chroma chroma = ExtractChroma(sound, DialectOf(flags.reference), model);
  common::WriteTo(flags.output, [&](const std::string& path) { WriteChroma(path, chroma); });
  return 0;
}

int Run(const PlotFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--audio", flags.audio);
  common::CheckSuffix("--output", flags.output, "PNG", ".png");
  destinations.Add("--output", flags.output);
  const std::vector<uint8_t> picture = PlotAudio(ReadAudio(flags.audio));
  common::WriteTo(flags.output, [&](const std::string& path) { WriteFile(path, picture); });
  return 0;
}

}  // namespace musicgen::cli
