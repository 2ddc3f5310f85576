// Named tensors of a checkpoint, whatever its container, and the check of a whole set against what
// a model expects. Canonical names are those of the Hugging Face layout; another dialect is an
// adapter that presents these names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tensor/tensor_role.h"
#include "tensor/tensor_view.h"

namespace musicgen::checkpoint {

class TensorSource {
 public:
  virtual ~TensorSource() = default;
  virtual const std::vector<std::string>& Names() const = 0;
  virtual bool Has(const std::string& name) const = 0;
  // A tensor to be read: valid until Drop, at most as long as the source. Throws Error(kBadInput)
  // naming the file when there is no such tensor.
  virtual TensorView Get(const std::string& name) const = 0;
  // Its name, shape and type in the file, where no bytes are wanted: `data` may be null. Get may
  // have a wider type.
  virtual TensorView Describe(const std::string& name) const { return Get(name); }
  // The caller is done with these bytes: their pages need not stay in memory.
  virtual void Drop(const TensorView& tensor) const = 0;
  // For messages: the file or directory.
  virtual const std::string& Where() const = 0;
};

struct ExpectedTensor {
  std::string name;
  Shape shape;
  TensorRole role = TensorRole::kFloat;
};

// Checks names, shapes and types: floating-point or quantised. Tensors neither expected nor matched
// by `ignored` are unexpected; `ignored` holds plain names, or ends in '*' (prefix) or begins with
// '*' (suffix). When any is missing or mis-shaped, or `strict` and unexpected, throws one
// Error(kBadInput), a single line that names up to five missing, unexpected and mis-shaped tensors
// together and counts the rest. Else returns the unexpected ones.
std::vector<std::string> CheckTensors(const TensorSource& source,
                                      const std::vector<ExpectedTensor>& expected,
                                      const std::vector<std::string>& ignored, bool strict = false);

// The base name of a weight-normalised convolution's two tensors in the spelling this source uses;
// a checkpoint may also hold the plain product.
struct WeightNormNames {
  std::string gain;       // …weight_g or …parametrizations.weight.original0; empty when fused
  std::string direction;  // …weight_v or …original1, or the fused …weight
};
WeightNormNames FindWeightNorm(const TensorSource& source, const std::string& base);

}  // namespace musicgen::checkpoint
