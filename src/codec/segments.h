// How a chain of layers is cut into runs, each of which takes its input in pieces of a length of
// its own. Near the waveform a codec frame is hundreds of kilobytes of activations: short pieces
// keep them in the cache. At the other end it is a few numbers against megabytes of weights: long
// pieces read these rarely. (No result depends on it: see nn/layer_stream.h.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/seanet_layout.h"

namespace musicgen::codec {

struct Segment {
  size_t begin;  // layers [begin, end) of the layout
  size_t end;
  int64_t frames;  // of the first layer's input, at a time
};

// Covers the layout in order, at least one layer each.
std::vector<Segment> PlanSegments(const std::vector<SeanetLayer>& layout);

}  // namespace musicgen::codec
