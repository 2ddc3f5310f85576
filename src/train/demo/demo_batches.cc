#include "train/demo/demo_batches.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "compose/caption.h"

namespace musicgen::train {
namespace {

// What a random number is for.
enum Draw : uint32_t { kComplete, kNull, kLength, kContinuation, kBegin };

// Crops begin up to here, in frames: two loops of the slowest song.
constexpr double kLatestBegin = 1280;

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

TrainingItem DemoBatches::Item(uint64_t song, int64_t begin, int64_t frames, bool weighted) const {
  const uint64_t seed = settings_.seed;
  compose::Song made = compose::Compose(vocabulary_, seed, song, static_cast<int>(begin + frames));
  made.frames.erase(made.frames.begin(), made.frames.begin() + begin);
  made.on_grid.erase(made.on_grid.begin(), made.on_grid.begin() + begin);
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
  if (begin == 0) {
    item.frame_weights[0] = settings_.first_weight;
  } else {
    const int64_t given = std::min(frames, settings_.crops.given_frames);
    std::fill_n(item.frame_weights.begin(), given, 0.0f);
  }
  return item;
}

Batch DemoBatches::Of(int64_t update) const {
  const DemoCrops& crops = settings_.crops;
  uint64_t song = static_cast<uint64_t>(update * crops.items());
  const auto group = [&](int64_t items, int64_t frames, bool weighted, double weight) {
    ItemGroup made{{}, weight};
    for (int64_t i = 0; i < items; ++i, ++song) {
      if (i % settings_.processes == settings_.rank) {
        made.items.push_back(Item(song, 0, frames, weighted));
      }
    }
    return made;
  };
  // The long ones of a later update.
  const auto later_group = [&](int64_t frames) {
    ItemGroup made{{}, 1.0};
    for (int64_t i = 0; i < crops.long_items; ++i, ++song) {
      if (i % settings_.processes != settings_.rank) continue;
      const bool inside = DrawOf(settings_.seed, song, kContinuation) < crops.continuations;
      const double begin = inside ? 1.0 + kLatestBegin * DrawOf(settings_.seed, song, kBegin) : 0.0;
      made.items.push_back(Item(song, static_cast<int64_t>(begin), frames, true));
    }
    return made;
  };
  int64_t later_frames = 0;
  if (update >= crops.long_from) {
    const double share = DrawOf(settings_.seed, static_cast<uint64_t>(update), kLength);
    later_frames =
        crops.long_low +
        std::llround(std::floor(share * static_cast<double>(crops.long_high - crops.long_low + 1)));
  }
  std::vector<ItemGroup> groups;
  groups.push_back(group(crops.short_items, crops.short_frames, false, crops.short_weight));
  groups.push_back(group(crops.middle_items, crops.middle_frames, true, 1.0));
  groups.push_back(later_frames > 0 ? later_group(later_frames)
                                    : group(crops.long_items, crops.long_frames, true, 1.0));
  return LayOut(groups, kDemoDelays, compose::kCodebookSize);
}

}  // namespace musicgen::train
