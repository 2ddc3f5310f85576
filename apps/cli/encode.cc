#include "cli/commands.h"
#include "cli/open_model.h"
#include "cli/outputs.h"

namespace musicgen::cli {

int Run(const EncodeFlags& flags) {
  common::Destinations destinations;
  destinations.Keep("--audio", flags.audio);
  AddTensorFile(destinations, "--output", flags.output);
  const Waveform sound = ReadAudio(flags.audio);
  Model model = OpenModel(flags.model);
  WriteCodesFile(flags.output, {model.Encode(sound)}, model.info());
  return 0;
}

}  // namespace musicgen::cli
