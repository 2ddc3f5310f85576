#include "cli/subcommands.h"

namespace musicgen::cli {

void AddTokenize(common::Flags flags, TokenizeFlags& values) {
  flags.Texts("text", values.texts, "Texts to turn into token ids", true);
  AddModel(flags, values.model);
}

void AddScore(common::Flags flags, ScoreFlags& values) {
  AddModel(flags, values.model);
  flags.Texts("-p,--prompt", values.prompts,
              "The codes' prompt: one for all samples, or given once for each; none: "
              "unconditional");
  AddPromptsFile(flags, values.prompts_file);
  flags.Name("--melody", values.melody, "The codes' melody (melody models)", "FILE");
  AddStems(flags, values.model.stems, values.model.demucs);
  AddStyle(flags, values.style);
  flags.Name("--codes", values.codes, "Codes to score, as safetensors", "FILE", true);
  flags.Name("--logits-out", values.logits_out,
             "Write conditional, unconditional and guided logits [K, T, V], and with --style or "
             "--melody those of it alone (style), as safetensors",
             "FILE");
  flags.Number("--cfg-coef", values.cfg_coef, "Guidance of the guided logits", "X", 0.0, 100.0);
  AddBeta(flags, values.cfg_coef_beta);
}

void AddInfo(common::Flags flags, InfoFlags& values) {
  AddModel(flags, values.model);
  flags.Switch("--json", values.json, "Print JSON");
}

void AddBench(common::Flags flags, BenchFlags& values) {
  AddModel(flags, values.model);
  flags.Number("--steps", values.steps, "Decode steps of each stream", "N", 4, 1503);
  flags.Number("--batch", values.batch, "Guided streams stepped together", "N", 1, 256);
}

void AddVerify(common::Flags flags, VerifyFlags& values) {
  AddModelPaths(flags, values.model);
  AddMachine(flags, values.model);
  flags.Choice("--as", values.known_as, "Which checkpoint a folder of another name holds",
               {"small", "stereo-small", "melody", "stereo-melody"});
  flags.Name("--values", values.values, "Replay the values of this file instead", "FILE");
  flags.Switch("--json", values.json, "Print JSON");
}

void AddConvert(common::Flags flags, ConvertFlags& values) {
  AddModelPaths(flags, values.model);
  flags.Name("-o,--output", values.output, "Folder, or GGUF file (.gguf), to write", "DIR|FILE",
             true);
  flags.Choice("--precision", values.model.precision,
               "Format of the weights in the file; auto: as they are; q8 and q4: GGUF only",
               {"auto", "f32", "f16", "bf16", "q8", "q4"});
}

void AddDownload(common::Flags flags, DownloadFlags& values) {
  flags.Name("model,--model", values.model, "org/name[@revision] on the hub, or a short name",
             "MODEL", true);
  flags.Name("--revision", values.revision, "Branch, tag or commit; by default main", "NAME");
  flags.Choice("--format", values.format,
               "Which form of the weights to take; auto: safetensors, else the smallest other",
               {"auto", "safetensors", "audiocraft", "gguf"});
  flags.Choice("--precision", values.precision, "Which GGUF file to take",
               {"auto", "f32", "f16", "bf16", "q8", "q4"});
  flags.Texts("--include", values.include,
              "Take the files that match this pattern (*.bin) instead; repeatable");
  flags.Switch("--offline", values.offline, "Make no requests: only say where the cache has it");
}

}  // namespace musicgen::cli
