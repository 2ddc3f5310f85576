#include "generate/conditioner.h"

#include <algorithm>

#include "conditioning/melody.h"

namespace musicgen::generate {

using conditioning::Reference;

Conditioner::Conditioner(Stages& stages, Reference reference)
    : stages_(stages), reference_(reference) {}

ConditionRows Conditioner::ZeroRows(int64_t rows) const {
  const int64_t width = stages_.files().lm.width;
  return {rows, width, std::vector<float>(static_cast<size_t>(rows * width), 0.0f)};
}

// In front of the codes both references encode "" and zero its only token.
ConditionRows Conditioner::NullText() const {
  return stages_.files().melody ? ZeroRows(1) : ConditionRows();
}

void Conditioner::SetMelody(const Waveform& melody, SampleCondition* sample) const {
  sample->melody =
      conditioning::MelodySound(melody, reference_, stages_.files().melody.value().format);
  sample->melody_samples = sample->melody.samples;
}

void Conditioner::PadAsBatch(std::vector<SampleCondition>* samples) const {
  const bool prefix = stages_.files().melody.has_value();
  int64_t rows = 0, melody_samples = 0;
  for (const SampleCondition& sample : *samples) {
    rows = std::max(rows, sample.text.rows);
    melody_samples = std::max(melody_samples, sample.melody_samples);
  }
  for (SampleCondition& sample : *samples) {
    // Padded text is zero vectors. transformers masks them in cross-attention; AudioCraft attends
    // to them, and in front of the codes both do. The null condition is zero either way.
    if (prefix || (reference_ == Reference::kAudioCraft && sample.text.rows > 0)) {
      sample.text.width = stages_.files().lm.width;
      sample.text.rows = rows;
      sample.text.values.resize(static_cast<size_t>(rows * sample.text.width), 0.0f);
    }
    if (sample.melody.samples > 0) sample.melody_samples = melody_samples;
  }
}

ConditionRows Conditioner::MelodyRows(ThreadPool& pool, const SampleCondition& sample,
                                      const ConditionWindow& window) const {
  const conditioning::MelodyConfig& config = *stages_.files().melody;
  Chroma chroma = conditioning::NullChroma(config.chroma_length, config.chroma.classes);
  if (sample.melody.samples > 0) {
    const conditioning::ChromaExtractor& extractor = stages_.chroma_extractor();
    if (window.windowed) {
      const double rate = static_cast<double>(sample.melody.sample_rate_hz);
      const double first_s = static_cast<double>(window.first_frame) /
                             static_cast<double>(stages_.files().codec.frame_rate());
      chroma = extractor.Extract(
          conditioning::MelodyWindow(sample.melody, static_cast<int64_t>(first_s * rate),
                                     static_cast<int64_t>(window.window_s * rate)));
    } else {
      chroma = extractor.Extract(sample.melody, sample.melody_samples);
    }
    chroma = conditioning::MatchLength(chroma, config.chroma_length);
  }
  return stages_.melody_projection().Project(pool, chroma);
}

Conditions Conditioner::For(ThreadPool& pool, const SampleCondition& sample,
                            const ConditionWindow& window, bool two_step_cfg) const {
  if (!stages_.files().melody) return Conditions::Cross(sample.text);
  // Alone, the null branch of two-step guidance is only as long as the empty text: a quirk of
  // AudioCraft that moves its positions.
  const bool own_length = two_step_cfg && reference_ == Reference::kAudioCraft;
  return Conditions::Prefix(conditioning::JoinPrefix(MelodyRows(pool, sample, window), sample.text),
                            conditioning::JoinPrefix(MelodyRows(pool, SampleCondition(), window),
                                                     ZeroRows(own_length ? 1 : sample.text.rows)));
}

}  // namespace musicgen::generate
