// A tensor of a codec to be written.
#pragma once

#include <string>
#include <vector>

#include "tensor/shape.h"

namespace musicgen::train {

struct CodecTensor {
  std::string name;
  Shape shape;
  std::vector<float> values;  // each one that f16 holds
};

}  // namespace musicgen::train
