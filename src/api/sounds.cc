#include "api/sounds.h"

#include "api/argument_check.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody_config.h"
#include "generate/stem_separator.h"
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

// Separated, where `stems` says so.
Waveform WithoutDrums(const Waveform& mono, StemsMode stems, const std::string& demucs,
                      const std::string& model,
                      const std::function<void(const std::string&)>& tell) {
  if (stems == StemsMode::kOff) return mono;
  generate::StemSeparator separator(demucs, model, tell);
  if (stems == StemsMode::kAuto && !separator.Name()) {
    if (tell) tell("melody: no htdemucs weights found, so drums and bass stay in");
    return mono;
  }
  ThreadPool pool(ThreadCount(0));
  return separator.Mix(pool, mono, mono.samples);
}

Chroma ChromaOf(const Waveform& melody, ReferenceDialect reference, const std::string& model,
                StemsMode stems, const std::string& demucs,
                const std::function<void(const std::string&)>& tell) {
  conditioning::MelodyConfig config;
  const bool like_transformers = reference == ReferenceDialect::kHuggingFace;
  if (like_transformers && stems == StemsMode::kAuto) stems = StemsMode::kOff;
  std::string place;
  if (!model.empty()) {
    place = model::FindModel(model);
    const auto files = model::OpenSideFiles(place);
    // AudioCraft's own configuration comes first where there are both.
    if (files->Has(model::kConfigFile) && !files->Has(model::kXpFile)) {
      config = model::ReadMelody(*files, files->ReadConfig(model::kConfigFile));
      if (reference == ReferenceDialect::kAuto) reference = ReferenceDialect::kHuggingFace;
    }
  }
  const bool transformers = reference == ReferenceDialect::kHuggingFace;
  const Waveform mono = conditioning::MelodySound(
      melody, transformers ? Reference::kHuggingFace : Reference::kAudioCraft, config.format);
  return ChromaExtractor(config.chroma).Extract(WithoutDrums(mono, stems, demucs, place, tell));
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

Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference, const std::string& model,
                     StemsMode stems, const std::string& demucs,
                     const std::function<void(const std::string&)>& tell) {
  CheckFiniteSound("melody", melody);
  return ChromaOf(melody, reference, model, stems, demucs, tell);
}

std::string PlotAudio(const Waveform& wave) {
  CheckFiniteSound("sound", wave);
  return Plot(wave);
}

}  // namespace musicgen::api
