// What a pickle may name, and what stands for it.
#pragma once

#include <optional>
#include <string_view>

#include "checkpoint/pickle_values.h"

namespace musicgen::checkpoint {

// Which globals a file may name. kWeights: what torch.load(weights_only=True) takes. kDemucs: five
// more that demucs' files hold and that are as inert: its class, fractions.Fraction, and numpy's
// scalar and dtype with _codecs.encode, whose values stay opaque.
enum class PickleGlobals { kWeights, kDemucs };

// Null: nothing that files of this kind need.
std::optional<PickleValue> FindGlobal(std::string_view module, std::string_view name,
                                      PickleGlobals globals);

}  // namespace musicgen::checkpoint
