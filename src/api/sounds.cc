#include "api/sounds.h"

#include "api/argument_check.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody_config.h"
#include "model/gguf_names.h"
#include "model/huggingface_files.h"
#include "model/model_files.h"
#include "model/model_path.h"
#include "plot/plot.h"

namespace musicgen::api {

using conditioning::ChromaConfig;
using conditioning::ChromaExtractor;
using conditioning::Reference;

namespace {

Chroma ChromaOf(const Waveform& melody, ReferenceDialect reference, const std::string& model) {
  conditioning::MelodyConfig config;
  if (!model.empty()) {
    const auto files = model::OpenSideFiles(model::FindModel(model));
    // AudioCraft's own configuration comes first where there are both.
    if (files->Has(model::kConfigFile) && !files->Has(model::kXpFile)) {
      config = model::ReadMelody(*files, files->ReadConfig(model::kConfigFile));
      if (reference == ReferenceDialect::kAuto) reference = ReferenceDialect::kHuggingFace;
    }
  }
  const bool transformers = reference == ReferenceDialect::kHuggingFace;
  return ChromaExtractor(config.chroma)
      .Extract(conditioning::MelodySound(
          melody, transformers ? Reference::kHuggingFace : Reference::kAudioCraft, config.format));
}

std::string Plot(const Waveform& wave) {
  const ChromaConfig config;
  Chroma chroma =
      ChromaExtractor(config).Energies(conditioning::MelodySound(wave, Reference::kAudioCraft));
  conditioning::Normalize(chroma);
  const double step_s =
      static_cast<double>(config.hop_samples) / static_cast<double>(config.sample_rate_hz);
  return plot::PlotSound(wave, chroma, step_s);
}

}  // namespace

Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference, const std::string& model) {
  CheckFiniteSound("melody", melody);
  return ChromaOf(melody, reference, model);
}

std::string PlotAudio(const Waveform& wave) {
  CheckFiniteSound("sound", wave);
  return Plot(wave);
}

}  // namespace musicgen::api
