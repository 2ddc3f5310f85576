#include "model/wrapped_names.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/error.h"
#include "model/renamed_tensors.h"

namespace musicgen::model {
namespace {

using checkpoint::TensorSource;

// Part of no model's own names, wherever they stand.
constexpr std::string_view kWrappers[] = {"_orig_mod.", "_fsdp_wrapped_module.",
                                          "_checkpoint_wrapped_module."};
// Of these a model is the usual one, where another has a beginning of its own (a moving average).
constexpr std::string_view kUsual[] = {
    "", "model.", "module.", "base_model.model.", "model.module.", "module.model."};
// One tensor of every kind of model: what stands in front of it stands in front of all.
constexpr std::string_view kLandmarks[] = {
    "decoder.model.decoder.layer_norm.weight",  // a whole MusicGen of transformers
    "out_norm.weight",                          // AudioCraft's language model
    "encoder.final_layer_norm.weight",          // a T5
    "quantizer.layers.0.codebook.embed",        // transformers' EnCodec
    "quantizer.vq.layers.0._codebook.embed"};   // AudioCraft's
constexpr std::string_view kAdapters[] = {".lora_A",         ".lora_B",  ".lora_embedding_",
                                          ".lora_magnitude", ".hada_w1", ".lokr_w1",
                                          ".lora_down.",     ".lora_up."};

void RefuseAdapter(const TensorSource& source) {
  for (const std::string& name : source.Names()) {
    for (const std::string_view mark : kAdapters) {
      if (name.find(mark) == name.npos) continue;
      ThrowBadInput(source.Where(), ": expected a model's tensors, found those of a LoRA adapter (",
                    Printable(name), "): name its base model, and the adapter with --lora");
    }
  }
}

// What stands in front of every name of the model; empty when there is no landmark.
std::string BeginningOf(const std::vector<std::string>& names, const std::string& where) {
  std::set<std::string> found;
  for (const std::string_view landmark : kLandmarks) {
    for (const std::string& name : names) {
      if (!name.ends_with(landmark)) continue;
      const std::string beginning = name.substr(0, name.size() - landmark.size());
      // A whole MusicGen without its own landmark is a broken one, not a wrapped T5 or EnCodec.
      if (beginning.ends_with("text_encoder.") || beginning.ends_with("audio_encoder.")) continue;
      if (beginning.empty() || beginning.back() == '.') found.insert(beginning);
    }
    if (!found.empty()) break;
  }
  if (found.empty()) return "";
  if (found.size() == 1) return *found.begin();
  for (const std::string_view usual : kUsual) {
    if (found.contains(std::string(usual))) return std::string(usual);
  }
  ThrowBadInput(where, ": expected the tensors of one model, found several, under ",
                Printable(*found.begin()), " and ", Printable(*std::next(found.begin())));
}

}  // namespace

std::string WithoutWrappers(std::string name) {
  for (const std::string_view wrapper : kWrappers) {
    for (size_t at = 0; (at = name.find(wrapper, at)) != name.npos;) {
      if (at == 0 || name[at - 1] == '.') {
        name.erase(at, wrapper.size());
      } else {
        at += wrapper.size();
      }
    }
  }
  return name;
}

std::shared_ptr<const TensorSource> Unwrap(std::shared_ptr<const TensorSource> source,
                                           std::vector<std::string>* notes) {
  RefuseAdapter(*source);
  std::vector<std::string> names;
  for (const std::string& name : source->Names()) names.push_back(WithoutWrappers(name));
  const std::string beginning = BeginningOf(names, source->Where());
  if (beginning.empty() && names == source->Names()) return source;
  auto renamed = std::make_shared<RenamedTensors>(source);
  for (size_t i = 0; i < names.size(); ++i) {
    const bool has_it = names[i].starts_with(beginning) && names[i].size() > beginning.size();
    renamed->Add(has_it ? names[i].substr(beginning.size()) : names[i], source->Names()[i]);
  }
  const std::string left_out = beginning.empty() ? "_orig_mod." : beginning;
  notes->push_back(StrCat(source->Where(), ": names of tensors are read without \"",
                          Printable(left_out), "\", which a training tool put into them"));
  return renamed;
}

}  // namespace musicgen::model
