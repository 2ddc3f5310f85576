#include <limits>

#include "cli/subcommands.h"

namespace musicgen::cli {
namespace {

constexpr int64_t kMaxSeed = std::numeric_limits<int64_t>::max() / 2;  // room for seed + i

}  // namespace

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
  flags.Name("--continue", values.continue_file, "Sound to continue", "FILE");
  flags.Number(
      "--prompt-start", values.prompt_start_s,
      "Continue what comes so many seconds after the beginning of --continue; below 0: the "
      "last so many seconds",
      "S", -kMaxDuration, kMaxDuration);
  flags.Number("--prompt-duration", values.prompt_duration_s,
               "Use only so many seconds of --continue; 0: all", "S", 0.0, kMaxDuration);
  flags.Number("--max-duration", values.max_duration_s,
               "Window that longer pieces are made of; 0: the model's own, 30 for the published "
               "ones",
               "S", 0.0, kMaxDuration);
  GenerationParams& params = values.params;
  flags.Number("--extend-stride", values.extend_stride_s,
               "Each window begins so many seconds after the one before; 0: 18, or 0.6 of a window "
               "that is not longer",
               "S", 0.0, kMaxDuration);
  flags.Number("-s,--seed", values.seed, "Prompt i uses seed + i; -1 draws one", "N", -1, kMaxSeed);
  flags.Number("--temperature", params.temperature,
               "0 means --greedy; 1 unless the model has its own", "X", 0.0, 100.0);
  flags.Number("--top-k", params.top_k,
               "Draw among the k most probable codes; 0: all; 250 unless the model has its own",
               "K", 0, 1 << 20);
  flags.Number("--top-p", params.top_p,
               "Above 0: draw among the most probable codes of this total probability instead; 0 "
               "unless the model has its own",
               "P", 0.0, 1.0);
  flags.Number("--cfg-coef", params.cfg_coef,
               "Strength of the prompt; 1: no guidance; 3 unless the model has its own", "X", 0.0,
               100.0);
  flags.Switch("--two-step-cfg", params.two_step_cfg, "Guidance in two passes");
  flags.Switch("--greedy", values.greedy, "Always take the most probable code");
  flags.Name("--codes-out", values.codes_out, "Also write the codes, as safetensors; - is stdout",
             "FILE");
  flags.Switch("--json", values.json, "Print a JSON object for each result on stdout");
  flags.Switch("--no-progress", values.no_progress,
               "Print nothing but errors, warnings, clipped samples and a drawn seed");
}

}  // namespace musicgen::cli
