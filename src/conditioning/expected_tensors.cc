#include "conditioning/expected_tensors.h"

#include <utility>

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

std::vector<checkpoint::ExpectedTensor> ExpectedProjections(
    int64_t text_width, const std::optional<MelodyConfig>& melody, int64_t width,
    const checkpoint::TensorSource& source) {
  std::vector<checkpoint::ExpectedTensor> expected =
      ExpectedTextProjection(text_width, width, source);
  if (melody) {
    for (auto& tensor : ExpectedProjection(kMelodyProjection, melody->chroma.classes, width)) {
      expected.push_back(std::move(tensor));
    }
  }
  return expected;
}

}  // namespace musicgen::conditioning
