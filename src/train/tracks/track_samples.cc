#include "train/tracks/track_samples.h"

#include "api/model.h"
#include "audio/normalize.h"
#include "audio/wav_writer.h"
#include "base/error.h"
#include "train/export/scratch_folder.h"

namespace musicgen::train {

using checkpoint::Config;

SampleSettings ReadSamples(const Config& settings, const std::vector<std::string>& described) {
  const Config generate = settings.Object("generate"), lm = generate.Object("lm");
  SampleSettings samples;
  samples.every = generate.Int("every", 0, 0, int64_t{1} << 40);
  samples.duration_s = lm.Number("gen_duration", 10.0, 0.1, 300.0);
  samples.prompts = lm.Strings("prompts", {}, 64);
  const int64_t count = generate.Int("num_samples", 2, 0, 64);
  if (samples.prompts.empty()) {
    samples.prompts = described;
    if (samples.prompts.size() > static_cast<size_t>(count)) {
      samples.prompts.resize(static_cast<size_t>(count));
    }
  }
  const auto number = [](const Config& from, const char* key, double low,
                         double high) -> std::optional<double> {
    if (!from.Has(key)) return std::nullopt;
    return from.Number(key, low, low, high);
  };
  samples.cfg_coef =
      number(settings.Object("classifier_free_guidance"), "inference_coef", 1.0, 100.0);
  samples.temperature = number(lm, "temp", 0.0, 100.0);
  samples.top_p = number(lm, "top_p", 0.0, 1.0);
  if (lm.Has("top_k")) samples.top_k = lm.Int("top_k", 250, 0, 1 << 20);
  return samples;
}

void WriteSamples(const WholeModel& whole, const SampleSettings& settings,
                  const std::string& scratch, const std::string& prefix) {
  const ScratchFolder folder(scratch);
  ExportWhole(whole, Precision::kAuto, scratch);
  ModelOptions options;
  options.model = scratch;
  api::Model model(options);
  std::vector<GenerationRequest> requests;
  // Without any text: music of no condition.
  const size_t count = std::max<size_t>(1, settings.prompts.size());
  for (size_t i = 0; i < count; ++i) {
    GenerationRequest request;
    if (!settings.prompts.empty()) request.prompt = settings.prompts[i];
    request.params.seed = i;
    request.params.duration_s = settings.duration_s;
    request.params.cfg_coef = settings.cfg_coef;
    request.params.temperature = settings.temperature;
    request.params.top_k = settings.top_k;
    request.params.top_p = settings.top_p;
    requests.push_back(std::move(request));
  }
  std::vector<GenerationResult> results = model.Generate(requests, {});
  for (size_t i = 0; i < results.size(); ++i) {
    audio::Normalize(results[i].audio, {});
    audio::WriteWav(results[i].audio, SampleFormat::kPcm16,
                    {.comment = requests[i].prompt.value_or("")}, StrCat(prefix, "_", i, ".wav"));
  }
}

}  // namespace musicgen::train
