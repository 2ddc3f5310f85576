#include "generate/conditioner.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "conditioning/melody.h"
#include "conditioning/style_excerpt.h"

namespace musicgen::generate {

using conditioning::JoinPrefix;
using conditioning::Reference;
using conditioning::StyleConfig;

bool SampleCondition::HasText() const {
  return std::any_of(text.values.begin(), text.values.end(),
                     [](float value) { return value != 0.0f; });
}

Conditioner::Conditioner(Stages& stages, Reference reference, bool as_batch)
    : stages_(stages), reference_(reference), as_batch_(as_batch) {}

bool Conditioner::InFront() const { return !stages_.files().lm.cross_attention; }

ConditionRows Conditioner::ZeroRows(int64_t rows) const {
  const int64_t width = stages_.files().lm.width;
  return {rows, width, std::vector<float>(static_cast<size_t>(rows * width), 0.0f)};
}

// In front of the codes both references encode "" and zero its only token.
ConditionRows Conditioner::NullText() const { return InFront() ? ZeroRows(1) : ConditionRows(); }

void Conditioner::SetSound(const GenerationRequest& request, SampleCondition* sample) const {
  const model::ModelFiles& files = stages_.files();
  if (request.melody && files.melody) {
    sample->sound = conditioning::MelodySound(*request.melody, reference_, files.melody->format);
    sample->stems = SeparatesStems(request.params.stems);
  } else if (request.style && files.style) {
    const StyleConfig& config = files.style->config;
    sample->sound =
        conditioning::StyleSound(*request.style, config.sample_rate_hz, config.channels);
    sample->style = request.params.style;
  }
  sample->sound_samples = sample->sound.samples;
}

bool Conditioner::SeparatesStems(StemsMode mode) const {
  const bool never = as_batch_ && reference_ == Reference::kHuggingFace;
  if (mode == StemsMode::kOff || (mode == StemsMode::kAuto && never)) return false;
  const bool found = stages_.stem_separator().Name().has_value();
  if (mode == StemsMode::kOn && !found) {
    ThrowBadInput(
        "stems: expected the weights of htdemucs beside the model, in the hub's cache or in "
        "torch's, found none");
  }
  return found;
}

void Conditioner::PadAsBatch(std::vector<SampleCondition>* samples) const {
  int64_t rows = 0, sound_samples = 0;
  for (const SampleCondition& sample : *samples) {
    rows = std::max(rows, sample.text.rows);
    sound_samples = std::max(sound_samples, sample.sound_samples);
  }
  for (SampleCondition& sample : *samples) {
    // Padded text is zero vectors. transformers masks them in cross-attention; AudioCraft attends
    // to them, and in front of the codes both do. The null condition is zero either way.
    if (InFront() || (reference_ == Reference::kAudioCraft && sample.text.rows > 0)) {
      sample.text.width = stages_.files().lm.width;
      sample.text.rows = rows;
      sample.text.values.resize(static_cast<size_t>(rows * sample.text.width), 0.0f);
    }
    if (sample.HasSound()) sample.sound_samples = sound_samples;
  }
}

StyleSource Conditioner::SourceOf(const Waveform& sound, int64_t samples,
                                  const StyleParams& params) const {
  const StyleConfig& config = stages_.files().style->config;
  const conditioning::StyleExcerpt excerpt = conditioning::ChooseExcerpt(
      samples, config.sample_rate_hz, params.excerpt_s.value_or(config.excerpt_s), params.start_s);
  return {conditioning::CutExcerpt(sound, excerpt), params.ds_factor.value_or(config.ds_factor),
          params.eval_q.value_or(config.eval_q)};
}

// Vectors that a sound of so many samples has not reached, where its batch is longer.
void Conditioner::SilenceBehind(int64_t samples, const StyleParams& params,
                                ConditionRows* rows) const {
  const StyleConfig& config = stages_.files().style->config;
  const int64_t own =
      conditioning::OwnStyleVectors(config, params.ds_factor.value_or(config.ds_factor), samples);
  const int64_t first = std::min(own, rows->rows) * rows->width;
  std::fill(rows->values.begin() + first, rows->values.end(), 0.0f);
}

void Conditioner::HearStyles(ThreadPool& pool, const std::vector<bool>& windowed,
                             const std::atomic<bool>* stop,
                             std::vector<SampleCondition>* samples) const {
  if (!stages_.files().style) return;
  const bool like_audiocraft = as_batch_ && reference_ == Reference::kAudioCraft;
  std::vector<StyleSource> sources;
  std::vector<SampleCondition*> heard;
  for (size_t i = 0; i < samples->size(); ++i) {
    SampleCondition& sample = (*samples)[i];
    if (!sample.HasSound() || (like_audiocraft && windowed[i])) continue;
    sources.push_back(SourceOf(sample.sound, sample.sound_samples, sample.style));
    heard.push_back(&sample);
  }
  std::vector<StyleVectors> vectors = stages_.style_listener().Listen(pool, sources, stop);
  int64_t rows = 1;
  for (size_t i = 0; i < heard.size(); ++i) {
    heard[i]->style_rows = std::move(vectors[i].rows);
    SilenceBehind(heard[i]->sound.samples, heard[i]->style, &heard[i]->style_rows);
    rows = std::max(rows, heard[i]->style_rows.rows);
  }
  // None is one vector, or in a batch of AudioCraft's as many as the others have.
  for (SampleCondition& sample : *samples) {
    if (!sample.HasSound()) sample.style_rows = ZeroRows(like_audiocraft ? rows : 1);
  }
}

StyleVectors Conditioner::Hear(ThreadPool& pool, const SampleCondition& sample) const {
  return stages_.style_listener()
      .Listen(pool, {SourceOf(sample.sound, sample.sound_samples, sample.style)})
      .front();
}

Waveform Conditioner::WindowOf(const SampleCondition& sample, const ConditionWindow& window) const {
  const auto rate = static_cast<double>(sample.sound.sample_rate_hz);
  const double first_s = static_cast<double>(window.first_frame) /
                         static_cast<double>(stages_.files().codec.frame_rate());
  return conditioning::MelodyWindow(sample.sound, static_cast<int64_t>(first_s * rate),
                                    static_cast<int64_t>(window.window_s * rate));
}

ConditionRows Conditioner::MelodyRows(ThreadPool& pool, const SampleCondition& sample,
                                      const ConditionWindow& window,
                                      const std::atomic<bool>* stop) const {
  const conditioning::MelodyConfig& config = *stages_.files().melody;
  Chroma chroma = conditioning::NullChroma(config.chroma_length, config.chroma.classes);
  if (sample.HasSound()) {
    const conditioning::ChromaExtractor& extractor = stages_.chroma_extractor();
    if (sample.stems) {
      // AudioCraft pads a batch before it separates, and separates each window anew.
      Waveform sound = window.windowed
                           ? WindowOf(sample, window)
                           : conditioning::PadBehind(sample.sound, sample.sound_samples);
      const int64_t wanted = conditioning::ChromaSamples(config.chroma, config.chroma_length);
      chroma = extractor.Extract(stages_.stem_separator().Mix(pool, sound, wanted, stop));
    } else {
      chroma = window.windowed ? extractor.Extract(WindowOf(sample, window))
                               : extractor.Extract(sample.sound, sample.sound_samples);
    }
    chroma = conditioning::MatchLength(chroma, config.chroma_length);
  }
  return stages_.melody_projection().Project(pool, chroma);
}

ConditionRows Conditioner::StyleRows(ThreadPool& pool, const SampleCondition& sample,
                                     const ConditionWindow& window) const {
  if (sample.style_rows.rows > 0 || !sample.HasSound()) return sample.style_rows;
  const Waveform stretch = WindowOf(sample, window);
  return stages_.style_listener()
      .Listen(pool, {SourceOf(stretch, stretch.samples, sample.style)})
      .front()
      .rows;
}

Conditions Conditioner::For(ThreadPool& pool, const SampleCondition& sample,
                            const ConditionWindow& window, const ConditionBranches& branches,
                            const std::atomic<bool>* stop) const {
  if (!InFront()) return Conditions::Cross(sample.text);
  const model::ModelFiles& files = stages_.files();
  const ConditionRows sound =
      files.style ? StyleRows(pool, sample, window) : MelodyRows(pool, sample, window, stop);
  // Alone, the null branch of two-step guidance is only as long as an empty text, and no style: a
  // quirk of AudioCraft that moves its positions.
  const bool own_length = branches.null_has_own_length && reference_ == Reference::kAudioCraft;
  const ConditionRows no_sound = files.style ? ZeroRows(own_length ? 1 : sound.rows)
                                             : MelodyRows(pool, SampleCondition(), window, stop);
  const ConditionRows no_text = ZeroRows(own_length ? 1 : sample.text.rows);
  Conditions conditions =
      Conditions::Prefix(JoinPrefix(sound, sample.text), JoinPrefix(no_sound, no_text));
  if (branches.sound_alone) {
    Branch alone;
    alone.prefix = JoinPrefix(sound, no_text);
    conditions.branches.insert(conditions.branches.begin() + 1, std::move(alone));
  }
  return conditions;
}

}  // namespace musicgen::generate
