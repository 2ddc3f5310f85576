// Excerpts of tracks with texts, as batches.
#pragma once

#include <cstdint>
#include <vector>

#include "checkpoint/config.h"
#include "lm/lm_config.h"
#include "text/tokenizer.h"
#include "train/data/condition_dropout.h"
#include "train/data/segment_sampler.h"
#include "train/data/text_augmentation.h"
#include "train/lm/batch.h"
#include "train/tracks/track_set.h"

namespace musicgen::train {

struct TrackBatchSettings {
  SegmentSettings segments;
  int64_t batch_size = 8;    // items of an update
  int64_t accumulation = 1;  // passes that share them
  // Of several processes: this one gets the items i of a pass with i mod `processes` = `rank`.
  int rank = 0, processes = 1;
  // What an excerpt lacks at its end: special codes, which nothing is learnt of, or silence, which
  // is learnt (AudioCraft's default).
  bool padding_with_special_token = false;
  TextAugmentation augmentation;
  double word_dropout = 0.3;
  ConditionDropout dropout;
};

// dataset, tokens, classifier_free_guidance, conditioners.description.t5, seed; excerpts of
// `segment_s` where the settings have no length. Throws Error(kBadInput).
TrackBatchSettings ReadTrackBatches(const checkpoint::Config& settings, int64_t accumulation,
                                    double segment_s);

class TrackBatches {
 public:
  // All must outlive this. Throws Error(kBadInput) when the set is empty.
  TrackBatches(const TrackSet& set, const text::Tokenizer& tokenizer, const lm::LmConfig& lm,
               const TrackBatchSettings& settings);

  // The batch of a pass of training, counted from 0, or this process's part of it: the same for the
  // same settings. Thread-safe.
  Batch Of(int64_t pass) const;

  // Item `index` of an epoch as evaluation has it: its own text, whole.
  TrainingItem Plain(int64_t index) const;

 private:
  struct Excerpt {
    size_t track;
    int64_t begin;           // frame
    int64_t sound, columns;  // frames of sound, and with what follows
    uint64_t seed;
  };
  Excerpt ExcerptAt(int64_t index, int64_t epoch) const;
  TrainingItem ItemOf(const Excerpt& excerpt, const std::optional<std::string>& text) const;

  const TrackSet& set_;
  const text::Tokenizer& tokenizer_;
  const lm::LmConfig lm_;
  TrackBatchSettings settings_;
  SegmentSampler sampler_;
  int64_t segment_frames_;
};

}  // namespace musicgen::train
