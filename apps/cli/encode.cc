#include "cli/commands.h"
#include "cli/open_model.h"
#include "cli/outputs.h"

namespace musicgen::cli {

int Run(const EncodeFlags& flags) {
  CheckWritable(flags.output);
  const Waveform sound = ReadAudio(flags.audio);
  Model model = OpenModel(flags.model);
  const ModelInfo& info = model.info();
  const Codes codes = model.Encode(sound);
  WriteCodes(flags.output, {&codes, 1},
             {info.frame_rate_hz, info.sample_rate_hz, info.codebook_size});
  return 0;
}

}  // namespace musicgen::cli
