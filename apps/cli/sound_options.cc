#include "cli/subcommands.h"

namespace musicgen::cli {
namespace {

void AddSound(common::Flags& flags, std::string& audio, std::string& output,
              const std::string& help) {
  flags.Name("audio,--audio", audio, "WAV, AIFF, AU, CAF, FLAC, Ogg or MP3 file", "FILE", true);
  flags.Name("-o,--output", output, help, "FILE", true);
}

}  // namespace

void AddEncode(common::Flags flags, EncodeFlags& values) {
  flags.Name("audio,--audio", values.audio, "Sound to encode", "FILE", true);
  AddModel(flags, values.model);
  flags.Name("-o,--output", values.output, "Codes, as safetensors; - is stdout", "FILE");
}

void AddDecode(common::Flags flags, DecodeFlags& values) {
  flags.Name("codes,--codes", values.codes, "Codes to decode, as safetensors", "FILE", true);
  AddModel(flags, values.model);
  AddAudio(flags, values.audio);
}

void AddChroma(common::Flags flags, ChromaFlags& values) {
  AddSound(flags, values.audio, values.output, "safetensors file; - is stdout");
  flags.Name("-m,--model", values.model,
             "Melody model whose settings to use; by default the published models'", "DIR");
  flags.Switch("--offline", values.offline, "Download no model");
  flags.Choice("--reference", values.reference,
               "Whose resampling to follow; hf also cuts at 30 s; auto: the model's own, else "
               "audiocraft",
               {"auto", "hf", "audiocraft"});
  AddStems(flags, values.stems, values.demucs);
}

void AddStyleCommand(common::Flags flags, StyleFlags& values) {
  AddSound(flags, values.style.file, values.output,
           "codes and condition, as safetensors; - is stdout");
  AddModel(flags, values.model);
  AddStyleParams(flags, values.style.params);
}

void AddPlot(common::Flags flags, PlotFlags& values) {
  AddSound(flags, values.audio, values.output, "PNG file; - is stdout");
}

}  // namespace musicgen::cli
