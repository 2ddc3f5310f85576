#include "conditioning/expected_tensors.h"

namespace musicgen::conditioning {

std::vector<checkpoint::ExpectedTensor> ExpectedProjection(const ProjectionNames& names,
                                                           int64_t inputs, int64_t width) {
  return {{names.weight, {width, inputs}, TensorRole::kFloatMatrix}, {names.bias, {width}}};
}

std::vector<checkpoint::ExpectedTensor> ExpectedTextProjection(
    int64_t text_width, int64_t width, const checkpoint::TensorSource& source) {
  if (text_width == width && !source.Has(kTextProjection.weight)) return {};
  return ExpectedProjection(kTextProjection, text_width, width);
}

}  // namespace musicgen::conditioning
