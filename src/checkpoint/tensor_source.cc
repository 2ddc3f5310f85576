#include "checkpoint/tensor_source.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "checkpoint/weight_norm_names.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kMostNamed = 5;

bool IsNumeric(DType dtype) {
  return dtype == DType::kF64 || dtype == DType::kF32 || dtype == DType::kF16 ||
         dtype == DType::kBF16 || dtype == DType::kQ8_0 || dtype == DType::kQ4_0;
}

bool Matches(std::string_view name, std::string_view pattern) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  if (pattern.starts_with('*')) return name.ends_with(pattern.substr(1));
  return name == pattern;
}

// One kind of complaint.
struct Complaints {
  const char* kind;
  std::vector<std::string> tensors = {};
  size_t named = 0;

  std::string Text() const {
    std::string names;
    for (size_t i = 0; i < named; ++i) names += (i == 0 ? "" : ", ") + tensors[i];
    if (named < tensors.size()) names += StrCat(" and ", tensors.size() - named, " more");
    return StrCat(tensors.size(), " ", kind, " (", names, ")");
  }
};

}  // namespace

std::vector<std::string> CheckTensors(const TensorSource& source,
                                      const std::vector<ExpectedTensor>& expected,
                                      const std::vector<std::string>& ignored, bool strict) {
  std::array<Complaints, 3> complaints = {Complaints{"missing"}, Complaints{"unexpected"},
                                          Complaints{"mis-shaped"}};
  auto& [missing, unexpected, mis_shaped] = complaints;

  std::unordered_set<std::string> known;
  std::vector<std::string> surplus;
  for (const ExpectedTensor& tensor : expected) {
    known.insert(tensor.name);
    const std::string name = Printable(tensor.name);
    if (!source.Has(tensor.name)) {
      missing.tensors.push_back(name);
      continue;
    }
    const TensorView found = source.Describe(tensor.name);
    if (found.shape != tensor.shape || !IsNumeric(found.dtype)) {
      mis_shaped.tensors.push_back(StrCat(name, ": expected floating-point ",
                                          ToString(tensor.shape), ", found ",
                                          DTypeName(found.dtype), " ", ToString(found.shape)));
    }
  }
  for (const std::string& name : source.Names()) {
    if (known.count(name) != 0) continue;
    if (std::any_of(ignored.begin(), ignored.end(),
                    [&](const std::string& pattern) { return Matches(name, pattern); })) {
      continue;
    }
    unexpected.tensors.push_back(Printable(name));
    surplus.push_back(name);
  }

  const bool whole = missing.tensors.empty() && mis_shaped.tensors.empty();
  if (whole && (surplus.empty() || !strict)) return surplus;
  const size_t total =
      missing.tensors.size() + unexpected.tensors.size() + mis_shaped.tensors.size();
  // In turn, so that no kind hides another.
  for (size_t named = 0; named < std::min(kMostNamed, total);) {
    for (Complaints& kind : complaints) {
      if (named == kMostNamed || kind.named == kind.tensors.size()) continue;
      ++kind.named;
      ++named;
    }
  }
  std::string text;
  for (const Complaints& kind : complaints) {
    if (!kind.tensors.empty()) text += (text.empty() ? "" : ", ") + kind.Text();
  }
  ThrowBadInput(source.Where(), ": tensors do not fit the configuration: ", text);
}

WeightNormNames FindWeightNorm(const TensorSource& source, const std::string& base) {
  const WeightNormNames old_spelling = {base + ".weight_g", base + ".weight_v"};
  const WeightNormNames new_spelling = {NewWeightNormName(old_spelling.gain),
                                        NewWeightNormName(old_spelling.direction)};
  for (const WeightNormNames& names : {old_spelling, new_spelling}) {
    // One of the two is enough to tell the spelling; CheckTensors then names the other.
    if (source.Has(names.gain) || source.Has(names.direction)) return names;
  }
  if (source.Has(base + ".weight")) return {"", base + ".weight"};
  return old_spelling;
}

}  // namespace musicgen::checkpoint
