#include "train/demo/demo_batches.h"

#include <cmath>

#include "base/random.h"
#include "compose/caption.h"

namespace musicgen::train {
namespace {

// What a random number is for.
enum Draw : uint32_t { kComplete, kNull, kLength };

double DrawOf(uint64_t seed, uint64_t counter, Draw draw) {
  return Uniform(
      {seed, static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), draw});
}

}  // namespace

TrainingItem ItemOf(const compose::Song& song, TokenIds text) {
  const auto frames = static_cast<int64_t>(song.frames.size());
  TrainingItem item;
  item.codes = Codes(compose::kBooks, frames);
  for (int64_t t = 0; t < frames; ++t) {
    for (int k = 0; k < compose::kBooks; ++k) {
      item.codes.at(k, t) = song.frames[static_cast<size_t>(t)][static_cast<size_t>(k)];
    }
  }
  item.text = std::move(text);
  item.frame_weights.assign(static_cast<size_t>(frames), 1.0f);
  return item;
}

TrainingItem DemoBatches::Item(uint64_t song, int64_t frames, bool weighted) const {
  const uint64_t seed = settings_.seed;
  const compose::Song made = compose::Compose(vocabulary_, seed, song, static_cast<int>(frames));
  TokenIds text;
  if (DrawOf(seed, song, kNull) >= settings_.null_captions) {
    const bool complete = DrawOf(seed, song, kComplete) < settings_.complete_captions;
    text = tokenizer_.Encode(compose::Caption(made.attributes, seed, song, complete));
  }
  TrainingItem item = ItemOf(made, std::move(text));
  if (!weighted) return item;
  for (size_t t = 0; t < item.frame_weights.size(); ++t) {
    if (made.on_grid[t]) item.frame_weights[t] = settings_.grid_weight;
  }
  item.frame_weights[0] = settings_.first_weight;
  return item;
}

Batch DemoBatches::Of(int64_t update) const {
  const DemoCrops& crops = settings_.crops;
  uint64_t song = static_cast<uint64_t>(update * crops.items());
  const auto group = [&](int64_t items, int64_t frames, bool weighted, double weight) {
    ItemGroup made{{}, weight};
    for (int64_t i = 0; i < items; ++i, ++song) {
      if (i % settings_.processes == settings_.rank) {
        made.items.push_back(Item(song, frames, weighted));
      }
    }
    return made;
  };
  int64_t long_frames = crops.long_frames;
  if (update >= crops.long_from) {
    const double share = DrawOf(settings_.seed, static_cast<uint64_t>(update), kLength);
    long_frames =
        crops.long_low +
        std::llround(std::floor(share * static_cast<double>(crops.long_high - crops.long_low + 1)));
  }
  return LayOut({group(crops.short_items, crops.short_frames, false, crops.short_weight),
                 group(crops.middle_items, crops.middle_frames, true, 1.0),
                 group(crops.long_items, long_frames, true, 1.0)},
                kDemoDelays, compose::kCodebookSize);
}

}  // namespace musicgen::train
