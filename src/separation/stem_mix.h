// Which sounds are wanted of a separation.
#pragma once

#include <cstdint>
#include <vector>

namespace musicgen::separation {

// The sum of some stems. `mono`: the mean of its channels.
struct StemMix {
  std::vector<int64_t> stems;  // indices into HtDemucsConfig::sources
  bool mono = false;
};

}  // namespace musicgen::separation
