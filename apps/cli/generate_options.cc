#include "cli/subcommands.h"

namespace musicgen::cli {

void AddGenerate(common::Flags flags, GenerateFlags& values) {
  flags.Texts("prompt,-p,--prompt", values.prompts, "What the music should be like");
  AddModel(flags, values.model);
  AddAudio(flags, values.audio);
  AddPromptsFile(flags, values.prompts_file);
  flags.Number("--unconditional", values.unconditional, "So many pieces without a prompt", "N", 0,
               10000);
  flags.Duration("-d,--duration", values.duration_s, "Seconds, those of --continue included",
                 kMaxDuration);
  flags.Name("--melody", values.melody, "Sound whose melody to follow (melody models)", "FILE");
  AddStems(flags, values.model.stems, values.model.demucs);
  AddStyle(flags, values.style);
  flags.Name("--continue", values.continue_file, "Sound to continue", "FILE");
  flags.Number(
      "--prompt-start", values.prompt_start_s,
      "Continue what comes so many seconds after the beginning of --continue; below 0: the "
      "last so many seconds",
      "S", -kMaxDuration, kMaxDuration);
  flags.Number("--prompt-duration", values.prompt_duration_s,
               "Use only so many seconds of --continue; 0: all", "S", 0.0, kMaxDuration);
  AddWindows(flags, values.max_duration_s, values.extend_stride_s);
  AddSeed(flags, values.seed, "Prompt i uses seed + i; -1 draws one");
  AddSampling(flags, values.params, values.greedy);
  flags.Name("--codes-out", values.codes_out, "Also write the codes, as safetensors; - is stdout",
             "FILE");
  flags.Switch("--json", values.json, "Print a JSON object for each result on stdout");
  flags.Switch("--no-progress", values.no_progress,
               "Print nothing but errors, warnings, clipped samples and a drawn seed");
}

}  // namespace musicgen::cli
