// The library's face to sounds that people bring: reading, chroma, pictures.

#include "api/argument_check.h"
#include "api/guard.h"
#include "audio/read.h"
#include "checkpoint/safetensors.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody_config.h"
#include "model/gguf_names.h"
#include "model/huggingface_files.h"
#include "model/model_files.h"
#include "model/model_path.h"
#include "musicgen/musicgen.hpp"
#include "plot/plot.h"

namespace musicgen {

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

std::vector<uint8_t> Plot(const Waveform& wave) {
  const ChromaConfig config;
  Chroma chroma =
      ChromaExtractor(config).Energies(conditioning::MelodySound(wave, Reference::kAudioCraft));
  conditioning::Normalize(chroma);
  const double step_s =
      static_cast<double>(config.hop_samples) / static_cast<double>(config.sample_rate_hz);
  const std::string bytes = plot::PlotSound(wave, chroma, step_s);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Waveform ReadAudio(const std::string& path, const Excerpt& excerpt) {
  return Guard([&] { return audio::ReadAudio(path, excerpt); });
}

Chroma ExtractChroma(const Waveform& melody, ReferenceDialect reference, const std::string& model) {
  return Guard([&] {
    CheckFiniteSound("melody", melody);
    return ChromaOf(melody, reference, model);
  });
}

void WriteChroma(const std::string& path, const Chroma& chroma) {
  Guard([&] {
    CheckChroma(chroma);
    const Shape shape = {chroma.frames, chroma.classes};
    checkpoint::WriteSafetensors(path, {{"chroma", DType::kF32, shape, chroma.values.data()}}, {});
  });
}

std::vector<uint8_t> PlotAudio(const Waveform& wave) {
  return Guard([&] {
    CheckFiniteSound("sound", wave);
    return Plot(wave);
  });
}

}  // namespace musicgen
