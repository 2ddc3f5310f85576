#include "train/lm/batch.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace musicgen::train {
namespace {

int64_t CountPositions(const std::vector<ItemGroup>& groups) {
  int64_t positions = 0;
  for (const ItemGroup& group : groups) {
    for (const TrainingItem& item : group.items) positions += item.codes.frames;
  }
  return positions;
}

class Columns {
 public:
  Columns(Batch& batch, const std::vector<int64_t>& delays, int32_t special)
      : inputs_(batch.inputs.mutable_data_ptr<int64_t>()),
        targets_(batch.targets.mutable_data_ptr<int64_t>()),
        frames_(batch.frames.mutable_data_ptr<int64_t>()),
        weights_(batch.weights.mutable_data_ptr<float>()),
        positions_(batch.positions()),
        delays_(delays),
        special_(special) {}

  // Writes an item's columns, from position `begin` on.
  void Add(const TrainingItem& item, int64_t begin) {
    const auto books = static_cast<int64_t>(delays_.size());
    MG_CHECK_EQ(item.codes.codebooks, books);
    MG_CHECK_EQ(static_cast<int64_t>(item.frame_weights.size()), item.codes.frames);
    for (int64_t k = 0; k < books; ++k) {
      const int64_t delay = delays_[static_cast<size_t>(k)];
      for (int64_t s = 0; s < item.codes.frames; ++s) {
        // Step s holds frame s − 1 − delay, the step after it frame s − delay.
        const int64_t seen = s - 1 - delay, next = s - delay;
        inputs_[(begin + s) * books + k] = seen < 0 ? special_ : item.codes.at(k, seen);
        const float weight = next < 0 ? 0.0f : item.frame_weights[static_cast<size_t>(next)];
        const bool counts = weight > 0.0f;
        const int64_t at = k * positions_ + begin + s;
        targets_[at] = counts ? item.codes.at(k, next) : -1;
        frames_[at] = counts ? next : -1;
        weights_[at] = weight;
      }
    }
  }

  // Makes the weights of each book over [begin, end) shares of `total` / K; `sums` [K] gets what
  // they summed up to.
  void Normalise(int64_t begin, int64_t end, double total, double* sums) {
    const auto books = static_cast<int64_t>(delays_.size());
    for (int64_t k = 0; k < books; ++k) {
      float* const from = weights_ + k * positions_ + begin;
      double sum = 0.0;
      for (int64_t i = 0; i < end - begin; ++i) sum += from[i];
      sums[k] = sum;
      if (sum == 0.0) continue;
      const auto scale = static_cast<float>(total / static_cast<double>(books) / sum);
      for (int64_t i = 0; i < end - begin; ++i) from[i] *= scale;
    }
  }

 private:
  int64_t* inputs_;
  int64_t* targets_;
  int64_t* frames_;
  float* weights_;
  int64_t positions_;
  const std::vector<int64_t>& delays_;
  int32_t special_;
};

void LayOutTexts(const std::vector<ItemGroup>& groups, Batch& batch) {
  int64_t items = 0, total = 0, longest = 1;
  for (const ItemGroup& group : groups) {
    for (const TrainingItem& item : group.items) {
      const auto length = static_cast<int64_t>(item.text.size());
      ++items;
      total += length;
      longest = std::max(longest, length);
    }
  }
  batch.tokens = at::empty({total}, at::kLong);
  batch.token_place = at::empty({total}, at::kLong);
  batch.padded_index = at::full({items * longest}, total, at::kLong);
  batch.text_mask = at::full({items, 1, 1, longest}, -std::numeric_limits<float>::infinity());
  auto* const tokens = batch.tokens.mutable_data_ptr<int64_t>();
  auto* const places = batch.token_place.mutable_data_ptr<int64_t>();
  auto* const index = batch.padded_index.mutable_data_ptr<int64_t>();
  auto* const mask = batch.text_mask.mutable_data_ptr<float>();
  int64_t first = 0, n = 0;
  for (const ItemGroup& group : groups) {
    for (const TrainingItem& item : group.items) {
      mask[first] = 0.0f;
      for (size_t i = 0; i < item.text.size(); ++i) {
        const int64_t place = first + static_cast<int64_t>(i);
        mask[place] = 0.0f;
        index[place] = n;
        places[n] = place;
        tokens[n++] = item.text[i];
      }
      first += longest;
    }
  }
}

// The sum of the group's weights of frames that a book of this delay predicts.
double WeightIn(const ItemGroup& group, int64_t delay) {
  double sum = 0.0;
  for (const TrainingItem& item : group.items) {
    for (int64_t t = 0; t + delay < item.codes.frames; ++t) {
      sum += item.frame_weights[static_cast<size_t>(t)];
    }
  }
  return sum;
}

}  // namespace

Batch Batch::To(at::Device device) const {
  Batch there = *this;
  for (at::Tensor* tensor :
       {&there.inputs, &there.targets, &there.frames, &there.weights, &there.tokens,
        &there.padded_index, &there.token_place, &there.text_mask}) {
    *tensor = tensor->to(device);
  }
  return there;
}

Batch LayOut(const std::vector<ItemGroup>& groups, const std::vector<int64_t>& delays,
             int32_t special) {
  const auto books = static_cast<int64_t>(delays.size());
  const int64_t positions = CountPositions(groups);
  Batch batch;
  batch.inputs = at::empty({positions, books}, at::kLong);
  batch.targets = at::empty({books, positions}, at::kLong);
  batch.frames = at::empty({books, positions}, at::kLong);
  batch.weights = at::empty({books, positions}, at::kFloat);
  batch.weight_sums = at::zeros({static_cast<int64_t>(groups.size()), books}, at::kDouble);
  Columns columns(batch, delays, special);
  int64_t at = 0, number = -1;
  for (const ItemGroup& group : groups) {
    ++number;
    if (group.items.empty()) continue;
    const int64_t frames = group.items.front().codes.frames, begin = at;
    for (const TrainingItem& item : group.items) {
      MG_CHECK_EQ(item.codes.frames, frames);
      columns.Add(item, at);
      at += frames;
    }
    columns.Normalise(begin, at, group.weight,
                      batch.weight_sums.mutable_data_ptr<double>() + number * books);
    batch.groups.push_back({static_cast<int64_t>(group.items.size()), frames, number});
  }
  LayOutTexts(groups, batch);
  return batch;
}

Batch LayOutTogether(std::vector<TrainingItem> items, const std::vector<int64_t>& delays,
                     int32_t special, const std::vector<double>& frames_in_all) {
  // Items of one length are a group, in the order of their first.
  std::vector<ItemGroup> groups;
  for (TrainingItem& item : items) {
    const auto fits = [&item](const ItemGroup& group) {
      return group.items.front().codes.frames == item.codes.frames;
    };
    auto group = std::find_if(groups.begin(), groups.end(), fits);
    if (group == groups.end()) group = groups.insert(groups.end(), ItemGroup{});
    group->items.push_back(std::move(item));
  }
  Batch batch = LayOut(groups, delays, special);
  if (frames_in_all.empty()) {
    batch.weight_sums = batch.weight_sums.sum(0, /*keepdim=*/true);
    for (Batch::Group& group : batch.groups) group.number = 0;
  } else {
    batch.weight_sums.reset();  // the weights are those among all
  }
  std::vector<double> totals = frames_in_all;
  for (size_t k = totals.size(); k < delays.size(); ++k) {
    double sum = 0.0;
    for (const ItemGroup& group : groups) sum += WeightIn(group, delays[k]);
    totals.push_back(sum);
  }
  // LayOut has made each group's weights sum up to 1 / K; the items' own are wanted over all.
  auto* const weights = batch.weights.mutable_data_ptr<float>();
  int64_t at = 0;
  for (const ItemGroup& group : groups) {
    const int64_t count =
        static_cast<int64_t>(group.items.size()) * group.items.front().codes.frames;
    for (size_t k = 0; k < delays.size(); ++k) {
      const double share = totals[k] > 0.0 ? WeightIn(group, delays[k]) / totals[k] : 0.0;
      float* const row = weights + static_cast<int64_t>(k) * batch.positions() + at;
      for (int64_t i = 0; i < count; ++i) row[i] *= static_cast<float>(share);
    }
    at += count;
  }
  return batch;
}

std::vector<double> PredictedFrames(int64_t sound, int64_t columns,
                                    const std::vector<int64_t>& delays) {
  std::vector<double> frames;
  for (const int64_t delay : delays) {
    frames.push_back(static_cast<double>(std::clamp<int64_t>(columns - delay, 0, sound)));
  }
  return frames;
}

void NormaliseAmongAll(const at::Tensor& sums, Batch& batch) {
  MG_CHECK_EQ(sums.size(0), batch.weight_sums.size(0));
  const at::Tensor shares =
      at::where(sums.gt(0), batch.weight_sums / sums, at::zeros_like(sums)).to(at::kFloat);
  int64_t begin = 0;
  for (const Batch::Group& group : batch.groups) {
    const int64_t positions = group.items * group.frames;
    batch.weights.narrow(1, begin, positions)
        .mul_(shares[group.number].unsqueeze(1).to(batch.weights.device()));
    begin += positions;
  }
}

}  // namespace musicgen::train
