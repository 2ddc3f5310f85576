// AudioCraft's changes of the texts that a model is trained with.
#pragma once

#include <optional>
#include <string>

#include "train/data/draws.h"
#include "train/data/track_text.h"

namespace musicgen::train {

struct TextAugmentation {
  double merge_text_p = 0.25;  // of writing fields behind the description; 0: no change at all
  double drop_desc_p = 0.5;    // then, of leaving the description out
  double drop_other_p = 0.5;   // AudioCraft's name for the probability of keeping a field
};

// A description for one use of the track. Unless merge_text_p is 0, one that stays ends in exactly
// one full stop. None: the track has no text.
std::optional<std::string> AugmentedDescription(const TrackText& text,
                                                const TextAugmentation& settings, Draws& draws);

// Without words, which single spaces divide: each goes with probability p.
std::string DropWords(const std::string& text, double p, Draws& draws);

}  // namespace musicgen::train
