#include "model/audiocraft_source.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/audiocraft_names.h"
#include "model/renamed_tensors.h"

namespace musicgen::model {
namespace {

using checkpoint::TensorSource;

// A T5 that was trained along (conditioners.description.t5.finetune).
constexpr std::string_view kTunedTextEncoder = "condition_provider.conditioners.description.t5.";

bool CanSplit(const TensorView& tensor) {
  return tensor.shape.size() == 2 && tensor.shape[0] % 3 == 0;
}

}  // namespace

std::unique_ptr<TensorSource> PresentAudioCraftLm(std::shared_ptr<const TensorSource> state) {
  auto renamed = std::make_unique<RenamedTensors>(state);
  for (const std::string& name : state->Names()) {
    if (name.ends_with("self_wav.chroma.spec.window")) continue;
    if (name.starts_with(kTunedTextEncoder)) {
      renamed->Add(StrCat("text_encoder.", name.substr(kTunedTextEncoder.size())), name);
      continue;
    }
    const auto known = LmNameFromAudioCraft(name);
    if (!known || (known->split && !CanSplit(state->Get(name)))) {
      renamed->Add(name, name);
    } else if (!known->split) {
      renamed->Add(known->name, name);
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
  auto renamed = std::make_unique<RenamedTensors>(file);
  for (const std::string& name : file->Names()) {
    const std::vector<std::string> known = LmNamesFromGguf(name);
    const auto parts = static_cast<int64_t>(known.size());
    const TensorView tensor = file->Get(name);
    const bool fits =
        parts > 0 && (parts == 1 || (tensor.shape.size() == 2 && tensor.shape[0] % parts == 0));
    if (!fits) renamed->Add(name, name);  // for CheckTensors to name
    for (int64_t part = 0; fits && part < parts; ++part) {
      renamed->Add(known[static_cast<size_t>(part)], name, part, parts);
    }
  }
  return renamed;
}

std::unique_ptr<TensorSource> PresentAudioCraftCodec(std::shared_ptr<const TensorSource> state) {
  auto renamed = std::make_unique<RenamedTensors>(state);
  for (const std::string& name : state->Names()) {
    renamed->Add(CodecNameFromAudioCraft(name).value_or(name), name);
  }
  return renamed;
}

}  // namespace musicgen::model
