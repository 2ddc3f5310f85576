#include "convert/convert_tensors.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "checkpoint/weight_norm_names.h"
#include "codec/expected_tensors.h"
#include "conditioning/expected_tensors.h"
#include "conditioning/style_tensors.h"
#include "lm/expected_tensors.h"
#include "text/expected_tensors.h"

namespace musicgen::convert {
namespace {

using checkpoint::ExpectedTensor;

class Collector {
 public:
  // Those of the stage's tensors that `canonical` gives a name in the Hugging Face layout.
  template <class Canonical>
  void Add(const model::StageTensors& stage, const std::vector<ExpectedTensor>& expected,
           const Canonical& canonical) {
    std::unordered_map<std::string, TensorRole> roles;
    for (const ExpectedTensor& tensor : expected) roles.emplace(tensor.name, tensor.role);
    for (const std::string& own : stage.source->Names()) {
      std::optional<std::string> name = canonical(own);
      if (!name) continue;
      if (!names_.insert(*name).second) {
        ThrowBadInput("tensor ", Printable(*name), ": found in two files");
      }
      const auto role = roles.find(own);
      tensors_.push_back({std::move(*name), stage.source->Describe(own), stage.source.get(), own,
                          role == roles.end() ? TensorRole::kUnread : role->second});
    }
  }
  std::vector<ModelTensor> Take() { return std::move(tensors_); }

 private:
  std::vector<ModelTensor> tensors_;
  std::unordered_set<std::string> names_;
};

// The name behind the stage's prefix.
std::optional<std::string> Inner(const model::StageTensors& stage, const std::string& name) {
  if (!name.starts_with(stage.prefix)) return std::nullopt;
  return name.substr(stage.prefix.size());
}

std::vector<ExpectedTensor> ExpectedOfLm(const model::ModelFiles& files) {
  const auto& [source, prefix] = files.lm_tensors;
  std::vector<ExpectedTensor> expected = lm::ExpectedTensors(files.lm, prefix);
  for (ExpectedTensor& tensor :
       conditioning::ExpectedProjections(files.t5.d_model, files.melody, files.lm.width, *source)) {
    expected.push_back(std::move(tensor));
  }
  if (files.style) {
    for (ExpectedTensor& tensor :
         conditioning::ExpectedStyleEncoder(files.style->config, files.lm.width)) {
      expected.push_back(std::move(tensor));
    }
  }
  return expected;
}

}  // namespace

std::vector<ModelTensor> AllTensors(const model::ModelFiles& files) {
  using Name = std::optional<std::string>;
  const auto& [lm, t5, codec] = std::tie(files.lm_tensors, files.t5_tensors, files.codec_tensors);
  Collector collector;
  collector.Add(lm, ExpectedOfLm(files), [](const std::string& name) -> Name {
    if (name.starts_with(kT5) || name.starts_with(kCodec)) return std::nullopt;
    return name;
  });
  collector.Add(t5, text::ExpectedTensors(files.t5, *t5.source, t5.prefix),
                [&stage = t5](const std::string& name) -> Name {
                  const Name inner = Inner(stage, name);
                  if (inner != "shared.weight" && !(inner && inner->starts_with("encoder."))) {
                    return std::nullopt;
                  }
                  return StrCat(kT5, *inner);
                });
  collector.Add(codec, codec::ExpectedTensors(files.codec, *codec.source, codec.prefix),
                [&stage = codec](const std::string& name) -> Name {
                  const Name inner = Inner(stage, name);
                  if (!inner) return std::nullopt;
                  return StrCat(kCodec, *inner);
                });
  return collector.Take();
}

bool HasNewSpelling(const std::vector<ModelTensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const ModelTensor& tensor) {
    return checkpoint::OldWeightNormName(tensor.name) != tensor.name;
  });
}

}  // namespace musicgen::convert
