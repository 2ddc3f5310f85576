#include "model/audiocraft_source.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/audiocraft_names.h"

namespace musicgen::model {
namespace {

using checkpoint::TensorSource;

class Renamed : public TensorSource {
 public:
  explicit Renamed(std::shared_ptr<const TensorSource> inner) : inner_(std::move(inner)) {}

  // `part` of `parts` equal blocks of rows of the inner tensor.
  void Add(std::string name, const std::string& inner, int64_t part, int64_t parts) {
    const bool is_new = places_.emplace(name, Place{inner, part, parts}).second;
    if (!is_new) {
      ThrowBadInput(Where(), ": tensor ", Printable(inner), ": its part ", Printable(name),
                    " appears twice");
    }
    names_.push_back(std::move(name));
  }

  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override { return places_.count(name) != 0; }
  TensorView Get(const std::string& name) const override {
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
  void Drop(const TensorView& tensor) const override { inner_->Drop(tensor); }
  const std::string& Where() const override { return inner_->Where(); }

 private:
  struct Place {
    std::string inner;
    int64_t part, parts;
  };
  std::shared_ptr<const TensorSource> inner_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, Place> places_;
};

bool CanSplit(const TensorView& tensor) {
  return tensor.shape.size() == 2 && tensor.shape[0] % 3 == 0;
}

}  // namespace

std::unique_ptr<TensorSource> PresentAudioCraftLm(std::shared_ptr<const TensorSource> state) {
  auto renamed = std::make_unique<Renamed>(state);
  for (const std::string& name : state->Names()) {
    if (name.ends_with("self_wav.chroma.spec.window")) continue;
    const auto known = LmNameFromAudioCraft(name);
    if (!known || (known->split && !CanSplit(state->Get(name)))) {
      renamed->Add(name, name, 0, 1);
    } else if (!known->split) {
      renamed->Add(known->name, name, 0, 1);
    } else {
      int64_t part = 0;
      for (const char projection : {'q', 'k', 'v'}) {
        std::string split = known->name;
        split[split.find(kSplitMark)] = projection;
        renamed->Add(std::move(split), name, part++, 3);
      }
    }
  }
  return renamed;
}

std::unique_ptr<TensorSource> PresentAudioCraftGguf(std::shared_ptr<const TensorSource> file) {
  auto renamed = std::make_unique<Renamed>(file);
  for (const std::string& name : file->Names()) {
    const std::vector<std::string> known = LmNamesFromGguf(name);
    const auto parts = static_cast<int64_t>(known.size());
    const TensorView tensor = file->Get(name);
    const bool fits =
        parts > 0 && (parts == 1 || (tensor.shape.size() == 2 && tensor.shape[0] % parts == 0));
    if (!fits) renamed->Add(name, name, 0, 1);  // for CheckTensors to name
    for (int64_t part = 0; fits && part < parts; ++part) {
      renamed->Add(known[static_cast<size_t>(part)], name, part, parts);
    }
  }
  return renamed;
}

std::unique_ptr<TensorSource> PresentAudioCraftCodec(std::shared_ptr<const TensorSource> state) {
  auto renamed = std::make_unique<Renamed>(state);
  for (const std::string& name : state->Names()) {
    renamed->Add(CodecNameFromAudioCraft(name).value_or(name), name, 0, 1);
  }
  return renamed;
}

}  // namespace musicgen::model
