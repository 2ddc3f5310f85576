#include "train/codec/segment_source.h"

#include <vector>

namespace musicgen::train {

at::Tensor Segments(const SegmentSource& source, uint64_t index, int64_t count) {
  std::vector<at::Tensor> segments;
  for (int64_t i = 0; i < count; ++i) segments.push_back(source(index + static_cast<uint64_t>(i)));
  return at::stack(segments);
}

}  // namespace musicgen::train
