#include "conditioning/style_config.h"

#include "base/error.h"
#include "conditioning/expected_tensors.h"

namespace musicgen::conditioning {
namespace {

constexpr int64_t kMostLayers = 256, kMostCodebooks = 64;

Shape MatrixShape(const checkpoint::TensorSource& source, const std::string& name) {
  if (!source.Has(name)) {
    ThrowBadInput(source.Where(), ": expected the style encoder's tensor ", name, ", found none");
  }
  const Shape shape = source.Describe(name).shape;
  if (shape.size() != 2) {
    ThrowBadInput(source.Where(), ": tensor ", name, ": expected two dimensions, found ",
                  ToString(shape));
  }
  return shape;
}

// How many of a numbered list's members are there.
template <class NameOf>
int64_t Count(const checkpoint::TensorSource& source, int64_t most, const NameOf& name_of) {
  int64_t count = 0;
  while (count < most && source.Has(name_of(count))) ++count;
  return count;
}

}  // namespace

void ReadStyleSizes(const checkpoint::TensorSource& source, StyleConfig* config) {
  const Shape embed = MatrixShape(source, StyleName("embed.weight"));
  config->width = embed[0];
  config->feature_width = embed[1];
  config->layers =
      Count(source, kMostLayers, [](int64_t i) { return StyleLayerName(i) + "linear1.weight"; });
  if (config->layers > 0) {
    config->ffn_width = MatrixShape(source, StyleLayerName(0) + "linear1.weight")[0];
  }
  config->codebooks = Count(source, kMostCodebooks, StyleCodebookName);
  config->codebook_size = MatrixShape(source, StyleCodebookName(0))[0];
}

}  // namespace musicgen::conditioning
