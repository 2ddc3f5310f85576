#include "model/renamed_tensors.h"

#include <unordered_set>
#include <utility>

#include "base/error.h"

namespace musicgen::model {

using checkpoint::TensorSource;

void RenamedTensors::Add(std::string name, const std::string& inner, int64_t part, int64_t parts) {
  const bool is_new = places_.emplace(name, Place{inner, part, parts}).second;
  if (!is_new) {
    ThrowBadInput(Where(), ": tensor ", Printable(inner), ": its part ", Printable(name),
                  " appears twice");
  }
  names_.push_back(std::move(name));
}

TensorView RenamedTensors::Get(const std::string& name) const {
  const auto found = places_.find(name);
  if (found == places_.end()) {
    ThrowBadInput(Where(), ": expected a tensor ", Printable(name), ", found none of this name");
  }
  const Place& place = found->second;
  TensorView tensor = inner_->Get(place.inner);
  if (place.parts > 1) {
    const int64_t rows = tensor.shape[0] / place.parts;
    tensor = RowsOf(tensor, place.part * rows, (place.part + 1) * rows);
  }
  tensor.name = name;
  return tensor;
}

std::shared_ptr<const TensorSource> Without(std::shared_ptr<const TensorSource> source,
                                            const std::vector<std::string>& names) {
  if (names.empty()) return source;
  const std::unordered_set<std::string> left_out(names.begin(), names.end());
  auto rest = std::make_shared<RenamedTensors>(source);
  for (const std::string& name : source->Names()) {
    if (!left_out.contains(name)) rest->Add(name, name);
  }
  return rest;
}

}  // namespace musicgen::model
