#include <cstdio>
#include <numeric>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/inputs.h"
#include "cli/json.h"
#include "cli/open_model.h"
#include "cli/outputs.h"
#include "cli/pieces.h"

namespace musicgen::cli {
namespace {

// One for each sample of the codes file.
std::vector<std::optional<std::string>> Prompts(const ScoreFlags& flags, size_t samples) {
  std::vector<std::optional<std::string>> prompts(flags.prompts.begin(), flags.prompts.end());
  if (!flags.prompts_file.empty()) {
    for (PromptFields& line : ReadPromptsFile(flags.prompts_file)) {
      prompts.push_back(std::move(line.prompt));
    }
  }
  if (prompts.empty()) prompts.emplace_back();
  if (prompts.size() == 1) prompts.resize(samples, prompts.front());
  if (prompts.size() != samples) {
    BadInput("score: expected one prompt, or one for each of the " + std::to_string(samples) +
             " samples of " + flags.codes + ", found " + std::to_string(prompts.size()));
  }
  return prompts;
}

void PrintJson(const ScoreResult& score) {
  const std::vector<double>& entropy = score.cross_entropy;
  JsonObject line;
  line.Set("cross_entropy", entropy);
  line.Set("mean", std::accumulate(entropy.begin(), entropy.end(), 0.0) /
                       static_cast<double>(entropy.size()));
  line.Set("codebooks", score.codebooks);
  line.Set("frames", score.frames);
  std::printf("%s\n", line.Compact().c_str());
}

}  // namespace

int Run(const ScoreFlags& flags) {
  if (!flags.logits_out.empty()) CheckWritable(flags.logits_out);
  Model model = OpenModel(flags.model);
  const std::vector<Codes> samples = ReadCodes(flags.codes);
  const auto prompts = Prompts(flags, samples.size());
  std::optional<Waveform> melody;
  if (!flags.melody.empty()) {
    const double duration_s = static_cast<double>(samples.front().frames) /
                              static_cast<double>(model.info().frame_rate_hz);
    melody = ReadMelody(flags.melody, duration_s, model.info().max_duration_s);
  }
  const bool keep_logits = !flags.logits_out.empty();
  if (keep_logits && samples.size() != 1) {
    BadInput("--logits-out: takes a codes file of one sample, found " +
             std::to_string(samples.size()));
  }
  for (size_t i = 0; i < samples.size(); ++i) {
    GenerationRequest request;
    request.prompt = prompts[i];
    request.melody = melody;
    request.params.cfg_coef = flags.cfg_coef;
    const ScoreResult score = model.Score(request, samples[i], keep_logits);
    if (keep_logits) WriteLogits(flags.logits_out, score);
    PrintJson(score);
  }
  return 0;
}

}  // namespace musicgen::cli
