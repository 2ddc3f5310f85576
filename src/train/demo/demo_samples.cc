#include "train/demo/demo_samples.h"

#include <vector>

#include "api/model.h"
#include "compose/caption.h"
#include "compose/code_measures.h"
#include "compose/song.h"
#include "train/export/scratch_folder.h"

namespace musicgen::train {

LogValues MeasureSamples(const ExportedModel& exported, const compose::Vocabulary& vocabulary,
                         const DemoSampleSettings& settings, const std::string& folder) {
  const ScratchFolder scratch(folder);
  Export(exported, ExportFormat::kHuggingFace, folder);
  ModelOptions options;
  options.model = folder;
  api::Model model(options);
  constexpr int kAtATime = 8;
  model.Load(kAtATime, settings.duration_s);

  std::vector<compose::Key> keys;
  std::vector<GenerationRequest> requests;
  for (int64_t i = 0; i < settings.samples; ++i) {
    const auto counter = static_cast<uint64_t>(i);
    const compose::SongAttributes song =
        compose::Compose(vocabulary, settings.seed, counter, 0).attributes;
    keys.push_back({song.tonic, song.minor});
    GenerationRequest request;
    request.prompt = compose::Caption(song, settings.seed, counter, /*complete=*/true);
    request.params.seed = counter;
    request.params.duration_s = settings.duration_s;
    requests.push_back(std::move(request));
  }
  const std::vector<GenerationResult> results = model.Generate(requests, {.decode_audio = false});
  double glitches = 0.0, grid = 0.0, scale = 0.0;
  for (size_t i = 0; i < results.size(); ++i) {
    const Codes& codes = results[i].codes;
    glitches += compose::GlitchRate(vocabulary, codes);
    grid += compose::GridShare(vocabulary, codes);
    scale += compose::ScaleShare(vocabulary, codes, keys[i]);
  }
  const auto count = static_cast<double>(results.size());
  return {{"glitch_rate", glitches / count},
          {"grid_share", grid / count},
          {"scale_share", scale / count}};
}

}  // namespace musicgen::train
