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

int Run(int argc, const char* const* argv) {
  common::CommandLine line("musicgen-train", "Makes MusicGen models, stage by stage",
                           std::string("musicgen-train ") + Version());
  TrainFlags values;
  common::Flags synthesise = line.AddCommand("synthesise", "Sounds, tokenizer and clips");
  AddStage(synthesise, values);
  synthesise.Choice("--kind", values.kind,
                    "The demo's sounds; also songs of them; songs' codes alone; or ordinary clips",
                    {"palette", "songs", "codes", "clips"});
  AddStage(line.AddCommand("codec", "The demo's codec, computed from its sounds"), values);
  AddStage(line.AddCommand("lm", "The language model; goes on where it was stopped"), values);
  common::Flags export_model = line.AddCommand("export", "The model as others read it");
  AddStage(export_model, values);
  export_model.Name("-o,--output", values.output, "Where it goes", "DIR|FILE", /*required=*/true);
  export_model.Choice("--format", values.format, "Layout", {"huggingface", "audiocraft", "gguf"});
  export_model.Name("--codec", values.codec, "Another codec than the work folder's", "DIR");

  if (const std::optional<std::string> answer = line.Parse(argc, argv)) {
    std::fputs(answer->c_str(), stdout);
    return 0;
  }
  if (line.chosen() == "synthesise") return RunSynthesise(values);
  if (line.chosen() == "codec") return RunCodec(values);
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
