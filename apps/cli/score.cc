#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <utility>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/outputs.h"
#include "cli/pieces.h"
#include "cli/stems.h"
#include "common/errors.h"
#include "common/json.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using common::JsonObject;

struct Sample {
  std::optional<std::string> prompt;
  std::string melody, style;  // files; empty: none
};

// One for each sample of the codes file.
std::vector<Sample> Samples(const ScoreFlags& flags, size_t count) {
  std::vector<Sample> samples;
  const std::string& style = flags.style.file;
  for (const std::string& prompt : flags.prompts) samples.push_back({prompt, flags.melody, style});
  if (!flags.prompts_file.empty()) {
    const std::vector<PromptFields> lines = ReadPromptsFile(flags.prompts_file);
    WarnOfIgnored(flags.prompts_file, lines, {!flags.melody.empty(), !style.empty(), false});
    for (const PromptFields& line : lines) {
      samples.push_back({line.prompt, MelodyOf(line, flags.melody), StyleOf(line, style)});
    }
  }
  if (samples.empty()) samples.push_back({std::nullopt, flags.melody, style});
  if (samples.size() == 1) samples.resize(count, samples.front());
  if (samples.size() != count) {
    BadInput("score: expected one prompt, or one for each of the " + std::to_string(count) +
             " samples of " + flags.codes + ", found " + std::to_string(samples.size()));
  }
  return samples;
}

// The longest, in seconds.
double Longest(const std::vector<Codes>& codes, const ModelInfo& info) {
  int64_t frames = 0;
  for (const Codes& sample : codes) frames = std::max(frames, sample.frames);
  return static_cast<double>(frames) / static_cast<double>(info.frame_rate_hz);
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
  common::Destinations destinations;
  destinations.Keep("--codes", flags.codes);
  const bool keep_logits = !flags.logits_out.empty();
  if (keep_logits) {
    destinations.TakeStdout("the JSON of score");
    AddTensorFile(destinations, "--logits-out", flags.logits_out);
  }
  Model model = OpenModel(flags.model, !flags.style.file.empty() || !flags.prompts_file.empty());
  const std::vector<Codes> codes = ReadCodes(flags.codes);
  const std::vector<Sample> samples = Samples(flags, codes.size());
  if (keep_logits && codes.size() != 1) {
    BadInput("--logits-out: takes a codes file of one sample, found " +
             std::to_string(codes.size()));
  }
  CheckStyleOptions(flags.style.params,
                    std::any_of(samples.begin(), samples.end(),
                                [](const Sample& sample) { return !sample.style.empty(); }));
  std::map<std::string, Waveform> melodies, styles;
  for (const Sample& sample : samples) {
    if (!sample.melody.empty() && melodies.count(sample.melody) == 0) {
      melodies[sample.melody] =
          ReadMelody(sample.melody, Longest(codes, model.info()), model.info().max_duration_s);
    }
    if (!sample.style.empty() && styles.count(sample.style) == 0) {
      styles[sample.style] = ReadStyle(sample.style, flags.style.params, model.info());
    }
  }
  model.Load(1, Longest(codes, model.info()));
  PrintSeparations();
  bool warns = true;  // once
  for (size_t i = 0; i < codes.size(); ++i) {
    GenerationRequest request;
    request.prompt = samples[i].prompt;
    if (!samples[i].melody.empty()) {
      request.melody = melodies.at(samples[i].melody);
      request.params.stems = StemsModeOf(flags.model.stems);
      if (std::exchange(warns, false)) {
        WarnOfWholeMelody(model, request, flags.model.reference);
      }
    }
    if (!samples[i].style.empty()) {
      request.style = styles.at(samples[i].style);
      request.params.style = flags.style.params;
    }
    request.params.cfg_coef = flags.cfg_coef;
    request.params.cfg_coef_beta = flags.cfg_coef_beta;
    const ScoreResult score = model.Score(request, codes[i], keep_logits);
    if (keep_logits) {
      common::WriteTo(flags.logits_out, [&](const std::string& path) { WriteLogits(path, score); });
    }
    PrintJson(score);
  }
  return 0;
}

}  // namespace musicgen::cli
