#include "cli/commands.h"
#include "cli/open_model.h"
#include "cli/outputs.h"

namespace musicgen::cli {

int Run(const DecodeFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--codes", flags.codes);
  const std::vector<Codes> samples = ReadCodes(flags.codes);
  const std::vector<std::string> files = AudioFiles(flags.audio, samples.size(), destinations);
  Model model = OpenModel(flags.model);
  for (size_t i = 0; i < samples.size(); ++i) {
    WriteAudio(flags.audio, files[i], model.Decode(samples[i]), "");
  }
  return 0;
}

}  // namespace musicgen::cli
