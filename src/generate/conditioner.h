// What each sample is conditioned on, put together window by window from its text and its melody or
// style.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/thread_pool.h"
#include "conditioning/reference.h"
#include "generate/stages.h"
#include "musicgen/generation.hpp"
#include "types/conditions.h"
#include "types/waveform.h"

namespace musicgen::generate {

struct SampleCondition {
  ConditionRows text;  // no rows: the null text of a model with cross-attention
  // Mono, of a melody at the codec's rate, of a style at the one its excerpts are counted in. No
  // samples: neither.
  Waveform sound;
  int64_t sound_samples = 0;  // with the silence that a batch pads it with
  StyleParams style;          // how a style is taken
  bool stems = false;         // a melody's are separated before its chroma is taken
  // The style's vectors; zeros for none. No rows: they are another's in each window.
  ConditionRows style_rows;

  bool HasText() const;  // other than none
  bool HasSound() const { return sound.samples > 0; }
};

// The window of a piece that begins at `first_frame`. `windowed`: the piece is longer than the
// model's window of `window_s`; its melody then moves along, repeated for ever.
struct ConditionWindow {
  bool windowed = false;
  int64_t first_frame = 0;
  double window_s = 30.0;
};

// Which branches a sample has: the condition, maybe its sound without its text, and nothing.
struct ConditionBranches {
  bool sound_alone = false;
  // AudioCraft's two-step guidance: the null prefix has the length that it has alone.
  bool null_has_own_length = false;
};

// Safe to use from several threads. Work is done on the team that is given.
class Conditioner {
 public:
  // `as_batch`: samples are padded, and styles taken, as in the reference's own batches.
  Conditioner(Stages& stages, conditioning::Reference reference, bool as_batch);

  // The rows of no text.
  ConditionRows NullText() const;
  // The sound that a melody's chroma or a style will be taken of, where the request has one.
  void SetSound(const GenerationRequest& request, SampleCondition* sample) const;
  // As the reference's own batches do it: padding reaches the samples, so that each depends on its
  // neighbours.
  void PadAsBatch(std::vector<SampleCondition>* samples) const;
  // Of style models, the style_rows of all. In AudioCraft's own way, those of pieces in windows
  // (`windowed`, for each sample) are left for each window to hear.
  void HearStyles(ThreadPool& pool, const std::vector<bool>& windowed,
                  const std::atomic<bool>* stop, std::vector<SampleCondition>* samples) const;
  // What a style model makes of a sample's sound.
  StyleVectors Hear(ThreadPool& pool, const SampleCondition& sample) const;

  // Where `stop` becomes true, something soon.
  Conditions For(ThreadPool& pool, const SampleCondition& sample, const ConditionWindow& window,
                 const ConditionBranches& branches, const std::atomic<bool>* stop = nullptr) const;
  // Whether the stems of a melody would be separated. Throws Error(kBadInput) where they are to be
  // and cannot.
  bool SeparatesStems(StemsMode mode) const;

 private:
  bool InFront() const;  // of the codes, not in cross-attention
  // The part of the sound that a window of AudioCraft's hears, repeated for ever.
  Waveform WindowOf(const SampleCondition& sample, const ConditionWindow& window) const;
  StyleSource SourceOf(const Waveform& sound, int64_t samples, const StyleParams& params) const;
  void SilenceBehind(int64_t samples, const StyleParams& params, ConditionRows* rows) const;
  ConditionRows MelodyRows(ThreadPool& pool, const SampleCondition& sample,
                           const ConditionWindow& window, const std::atomic<bool>* stop) const;
  ConditionRows StyleRows(ThreadPool& pool, const SampleCondition& sample,
                          const ConditionWindow& window) const;
  ConditionRows ZeroRows(int64_t rows) const;

  Stages& stages_;
  conditioning::Reference reference_;
  bool as_batch_;
};

}  // namespace musicgen::generate
