// musicgen-train: stdout carries data, stderr progress and messages. Exit status: 0 done, 1
// failure, 2 bad usage or input, 130 interrupted.
#include <cstdio>
#include <optional>
#include <string>

#include "common/errors.h"
#include "common/flags.h"
#include "common/interrupt.h"
#include "musicgen/musicgen.hpp"
#include "train/subcommands.h"

namespace musicgen::train {
namespace {

void AddFineTune(common::Flags flags, TrainFlags& values) {
  flags.Name("-m,--model", values.model, "The model to begin with", "DIR|FILE|NAME",
             /*required=*/true);
  flags.Name("--data", values.data, "A folder of music with texts beside it, or a manifest",
             "DIR|FILE", /*required=*/true);
  flags.Name("-o,--output", values.output, "Where the new model goes", "DIR", /*required=*/true);
  flags.Name("--work", values.work, "Codes, checkpoints and logs; by default DIR.work", "DIR");
  flags.Switch("--stereo", values.stereo, "Make a stereo model of a mono one");
  flags.Name("--text-encoder", values.text_encoder, "A T5 in place of the model's", "DIR");
  flags.Name("--codec", values.codec, "An EnCodec in place of the model's", "DIR");
  flags.Choice("--precision", values.precision, "Of the weights that are written",
               {"auto", "f32", "f16", "bf16"});
  flags.Name("--config", values.config, "Settings in place of configs/training/finetune.yaml",
             "FILE");
  flags.Texts("settings", values.settings, "Settings to change, as key.sub=value");
}

int Run(int argc, const char* const* argv) {
  common::CommandLine line("musicgen-train", "Makes MusicGen models, stage by stage",
                           std::string("musicgen-train ") + Version());
  TrainFlags values;
  common::Flags synthesise = line.AddCommand("synthesise", "Sounds, tokenizer and clips");
  AddStage(synthesise, values);
  synthesise.Choice("--kind", values.kind,
                    "The demo's sounds; also songs of them; songs' codes alone; or ordinary clips",
                    {"palette", "songs", "codes", "clips"});
  AddStage(line.AddCommand("codec",
                           "A codec: trained on clips, or the demo's, computed from its sounds"),
           values);
  common::Flags manifest = line.AddCommand("manifest", "The sound files of a folder, listed");
  manifest.Name("--data", values.data, "The folder, walked", "DIR", /*required=*/true);
  manifest.Name("-o,--output", values.output, "data.jsonl, or compressed data.jsonl.gz", "FILE",
                /*required=*/true);
  manifest.Switch("--amplitude", values.amplitude, "Also the largest magnitude of a sample");
  AddStage(line.AddCommand("encode", "The codes of recorded music, kept for training"), values);
  AddStage(line.AddCommand("lm", "The language model; goes on where it was stopped"), values);
  common::Flags export_model = line.AddCommand("export", "The model as others read it");
  AddStage(export_model, values);
  export_model.Name("-o,--output", values.output, "Where it goes", "DIR|FILE", /*required=*/true);
  export_model.Choice("--format", values.format, "Layout", {"huggingface", "audiocraft", "gguf"});
  export_model.Name("--codec", values.codec, "Another codec than the work folder's", "DIR");
  AddFineTune(line.AddCommand("finetune", "A model and a folder of music to a model of that music"),
              values);

  if (const std::optional<std::string> answer = line.Parse(argc, argv)) {
    std::fputs(answer->c_str(), stdout);
    return 0;
  }
  if (line.chosen() == "synthesise") return RunSynthesise(values);
  if (line.chosen() == "codec") return RunCodec(values);
  if (line.chosen() == "manifest") return RunManifest(values);
  if (line.chosen() == "encode") return RunEncode(values);
  if (line.chosen() == "finetune") return RunFineTune(values);
  return line.chosen() == "lm" ? RunLm(values) : RunExport(values);
}

}  // namespace
}  // namespace musicgen::train

int main(int argc, char** argv) {
  return musicgen::common::ExitStatusOf("musicgen-train", [&] {
    musicgen::common::HandleInterrupts();
    return musicgen::train::Run(argc, argv);
  });
}
