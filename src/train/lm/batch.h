// What one update of the language model sees.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "types/codes.h"
#include "types/token_ids.h"

namespace musicgen::train {

// One item before it is laid out.
struct TrainingItem {
  Codes codes;                       // [K, T]
  TokenIds text;                     // empty: the null condition
  std::vector<float> frame_weights;  // [T], of the loss; 0 leaves a frame out
};

// Items of equal length, whose weights are normalised together: for each codebook their loss is the
// mean of the cross-entropies weighted by frame, times `weight`.
struct ItemGroup {
  std::vector<TrainingItem> items;
  double weight = 1.0;
};

// The groups laid out, all positions side by side: P = Σ items · T. A position's input is a step of
// the delay pattern, its target the step after it.
struct Batch {
  struct Group {
    int64_t items = 0, frames = 0;
    int64_t number = 0;  // its row of weight_sums
  };
  std::vector<Group> groups;
  at::Tensor inputs;   // int64 [P, K]
  at::Tensor targets;  // int64 [K, P]; −1: nothing to predict
  at::Tensor frames;   // int64 [K, P]: the frame that the target is of; −1 as above
  at::Tensor weights;  // f32 [K, P]: loss = Σ weights · cross-entropy
  // f64 [G, K]: what the weights that were normalised together summed up to before, for each
  // codebook: a row for each group that was given, empty ones included.
  at::Tensor weight_sums;
  // The texts of all items, side by side: N = Σ tokens, I items, S the longest text (at least 1).
  at::Tensor tokens;        // int64 [N]
  at::Tensor padded_index;  // int64 [I · S]: the token in each place, N where there is none
  at::Tensor token_place;   // int64 [N]: its place among the I · S
  at::Tensor text_mask;  // f32 [I, 1, 1, S]: 0, or −∞ where a text has ended; a null condition
                         // has a place, whose keys and values are zeros

  // The same on this device.
  Batch To(at::Device device) const;

  int64_t positions() const { return inputs.size(0); }
  int64_t items() const { return text_mask.size(0); }
};

// Codes are laid out with delays of delays[k] frames; `special` stands where there is no code.
// Groups without items are left out.
Batch LayOut(const std::vector<ItemGroup>& groups, const std::vector<int64_t>& delays,
             int32_t special);

// Items of any lengths whose weights are normalised together: for each codebook the mean over all
// of them, as AudioCraft has it of a padded batch. `frames_in_all[k]`, where it is not empty, is
// the sum of weights that each codebook's are divided by instead: that of a larger batch of which
// these are a part, so that its parts' losses and gradients add up to its own.
Batch LayOutTogether(std::vector<TrainingItem> items, const std::vector<int64_t>& delays,
                     int32_t special, const std::vector<double>& frames_in_all = {});

// How many frames of each codebook are predicted of an item of so many columns, of which the first
// `sound` have weight 1 and the rest 0.
std::vector<double> PredictedFrames(int64_t sound, int64_t columns,
                                    const std::vector<int64_t>& delays);

// Where the batch holds some of an update's items and `sums` are the weight_sums of all of them:
// makes the weights those that its items have among all, so that the losses of the parts add up to
// the whole's.
void NormaliseAmongAll(const at::Tensor& sums, Batch& batch);

}  // namespace musicgen::train
