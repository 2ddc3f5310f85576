// The batches of the demo's language model: endless songs, each seen once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compose/song.h"
#include "compose/vocabulary.h"
#include "text/tokenizer.h"
#include "train/lm/batch.h"

namespace musicgen::train {

// Of the codebooks, in frames.
inline const std::vector<int64_t> kDemoDelays = {0, 1, 2, 3};

// An update is three kinds of crop from a song's first bar: many short ones, where the prompt
// speaks; some that reach the first repetition; few long ones. Later some of the long ones begin
// inside their song, as windows do that go on from music: their first frames are given, not
// learned.
struct DemoCrops {
  int64_t short_items = 128, short_frames = 20;
  double short_weight = 0.4;
  int64_t middle_items = 8, middle_frames = 72;
  // Of the first updates; from update `long_from` on, a number of frames between `long_low` and
  // `long_high`, drawn for each update.
  int64_t long_items = 2, long_frames = 420;
  int64_t long_from = INT64_MAX, long_low = 1000, long_high = 1500;
  double continuations = 0.0;  // share of these that begin inside
  int64_t given_frames = 100;

  int64_t items() const { return short_items + middle_items + long_items; }
};

struct DemoBatchSettings {
  DemoCrops crops;
  // Of several processes: this one gets the items i of each kind with i mod `processes` = `rank`.
  int rank = 0, processes = 1;
  uint64_t seed = 0;               // of the songs
  double complete_captions = 0.4;  // share that says everything
  double null_captions = 0.12;     // share that says nothing: condition dropout, item by item
  float grid_weight = 3.0f;        // of frames on the song's sixteenths, in middle and long crops
  float first_weight = 12.0f;      // of frame 0 there
};

class DemoBatches {
 public:
  DemoBatches(const compose::Vocabulary& vocabulary, const text::Tokenizer& tokenizer,
              const DemoBatchSettings& settings)
      : vocabulary_(vocabulary), tokenizer_(tokenizer), settings_(settings) {}

  // The batch of an update, or this process's part of it: the same for the same settings.
  // Thread-safe.
  Batch Of(int64_t update) const;

 private:
  // `begin` frames into the song.
  TrainingItem Item(uint64_t song, int64_t begin, int64_t frames, bool weighted) const;

  const compose::Vocabulary& vocabulary_;
  const text::Tokenizer& tokenizer_;
  DemoBatchSettings settings_;
};

// A song as an item of weight 1 with this text.
TrainingItem ItemOf(const compose::Song& song, TokenIds text);

}  // namespace musicgen::train
