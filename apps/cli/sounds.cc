// The commands that look at a sound file: chroma, style and plot.
#include "cli/commands.h"
#include "cli/fetch_model.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/outputs.h"
#include "cli/stems.h"

namespace musicgen::cli {

int Run(const ChromaFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--audio", flags.audio);
  AddTensorFile(destinations, "--output", flags.output);
  const Waveform sound = ReadAudio(flags.audio);
  DownloadOptions download;
  download.model = flags.model;
  download.offline = flags.offline;
  download.stems = flags.stems == "on" && flags.demucs.empty();
  const std::string model = flags.model.empty() ? "" : DownloadWithProgress(download).path;
  const bool fetches = !flags.demucs.empty() || (flags.stems == "on" && flags.model.empty());
  const std::string demucs = fetches ? FetchDemucs(flags.demucs, flags.offline) : "";
  PrintSeparations();
  const Chroma chroma =
      ExtractChroma(sound, DialectOf(flags.reference), model, StemsModeOf(flags.stems), demucs);
  common::WriteTo(flags.output, [&](const std::string& path) { WriteChroma(path, chroma); });
  return 0;
}

int Run(const StyleFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--audio", flags.style.file);
  AddTensorFile(destinations, "--output", flags.output);
  Model model = OpenModel(flags.model, /*style=*/true);
  GenerationRequest request;
  request.style = ReadStyle(flags.style.file, flags.style.params, model.info());
  request.params.style = flags.style.params;
  const Style style = model.StyleOf(request);
  common::WriteTo(flags.output, [&](const std::string& path) { WriteStyle(path, style); });
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
