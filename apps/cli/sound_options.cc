#include "cli/subcommands.h"

namespace musicgen::cli {
namespace {

void AddSound(common::Flags& flags, std::string& audio, std::string& output,
              const std::string& help) {
  flags.Name("audio,--audio", audio, "Sound file of any kind (WAV, FLAC, MP3, …)", "FILE", true);
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

void AddSeparate(common::Flags flags, SeparateFlags& values) {
  AddSound(flags, values.audio, values.output, "Folder of the stems: drums.wav, bass.wav, …");
  flags.Name("--stem", values.stem, "Only this one and no_NAME, the sum of the others", "NAME");
  flags.Choice("--format", values.format, "File format; WAV holds floats",
               {"wav", "flac", "ogg", "opus", "mp3"});
  flags.Number("--shifts", values.shifts,
               "The mean of so many runs over the sound, each at another place of half a second",
               "N", 0, 100);
  flags.Name(
      "--demucs", values.demucs,
      "Weights of HT-Demucs, or their folder; by default those in the caches of Hugging Face "
      "or torch, else they are downloaded (84 MB, MIT)",
      "FILE");
  flags.Number("-t,--threads", values.threads, "0: one for each processor", "N", 0, 256);
  flags.Switch("--offline", values.offline, "Download nothing");
  flags.Switch("--no-progress", values.no_progress, "Say nothing while it works");
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
