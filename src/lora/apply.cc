#include "lora/apply.h"

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checkpoint/weight_norm_names.h"
#include "lora/adapter.h"
#include "lora/merged_tensors.h"
#include "model/model_path.h"

namespace musicgen::lora {
namespace {

using checkpoint::TensorSource;
using model::StageTensors;

constexpr double kMostStrength = 100;

// A tensor of the base model in its own files.
struct Place {
  StageTensors* stage;
  std::string name;
};

class Application {
 public:
  Application(int threads, model::ModelFiles* model) : threads_(threads), model_(*model) {}

  void Add(const LoraFile& file) {
    if (!(std::abs(file.strength) <= kMostStrength)) {
      ThrowBadInput("lora ", Printable(file.path, 1000), ": strength: expected a number from ",
                    -kMostStrength, " to ", kMostStrength, ", found ", file.strength);
    }
    const auto adapter = Adapter::Open(model::FindAdapter(file.path));
    for (const auto& [tensor, change] : adapter->changes()) {
      // Computed rather than read, whoever has saved them.
      if (tensor.ends_with("embed_positions.weights")) continue;
      const std::vector<Place> places = PlacesOf(tensor);
      if (places.empty()) RefuseUnknown(*adapter, tensor);
      for (const Place& place : places) {
        const Share share = {adapter, &change, file.strength};
        // Also of strength 0, whose tensors are checked.
        CheckFits(place.stage->source->Describe(place.name), share);
        if (file.strength != 0) Merged(place.stage).Add(place.name, share);
      }
    }
  }

 private:
  // All copies of the tensor that the base has.
  std::vector<Place> PlacesOf(const std::string& tensor) {
    // PEFT may have wrapped the whole model, the language model or the text encoder.
    for (const char* stage : {"", "decoder.", "text_encoder."}) {
      std::vector<Place> places;
      for (const std::string& spelling : Spellings(stage + tensor)) {
        Place place = InFiles(spelling);
        if (place.stage->source->Has(place.name)) places.push_back(std::move(place));
      }
      if (!places.empty()) return places;
    }
    return {};
  }

  static std::vector<std::string> Spellings(const std::string& name) {
    constexpr std::array<const char*, 2> kTextEmbeddings = {
        "text_encoder.shared.weight", "text_encoder.encoder.embed_tokens.weight"};
    for (const char* known : kTextEmbeddings) {
      if (name == known) return {kTextEmbeddings.begin(), kTextEmbeddings.end()};
    }
    const std::string older = checkpoint::OldWeightNormName(name);
    const std::string newer = checkpoint::NewWeightNormName(older);
    return older == newer ? std::vector{name} : std::vector{older, newer};
  }

  Place InFiles(const std::string& name) {
    constexpr std::string_view kText = "text_encoder.", kCodec = "audio_encoder.";
    const auto behind = [&](std::string_view beginning, StageTensors& stage) {
      return Place{&stage, stage.prefix + name.substr(beginning.size())};
    };
    if (name.starts_with(kText)) return behind(kText, model_.t5_tensors);
    if (name.starts_with(kCodec)) return behind(kCodec, model_.codec_tensors);
    return {&model_.lm_tensors, name};
  }

  [[noreturn]] void RefuseUnknown(const Adapter& adapter, const std::string& tensor) const {
    const std::string& base = adapter.config().base_model;
    ThrowBadInput(adapter.Where(), ": ", Printable(tensor),
                  ": expected a tensor of the base model, found none of this name in ",
                  Printable(model_.directory, 1000), ", a ", model_.model_type, " model of ",
                  model_.lm.layers, " layers and ", model_.lm.codebooks, " codebooks",
                  base.empty() ? "" : StrCat(" (the adapter was made for ", Printable(base), ")"));
  }

  // Stages that share a source go on sharing it.
  MergedTensors& Merged(StageTensors* stage) {
    std::shared_ptr<const TensorSource> own = stage->source;
    for (const auto& merged : merged_) {
      if (merged == own) return *merged;
    }
    const auto& made = merged_.emplace_back(std::make_shared<MergedTensors>(own, threads_));
    for (StageTensors* other : {&model_.lm_tensors, &model_.t5_tensors, &model_.codec_tensors}) {
      if (other->source == own) other->source = made;
    }
    return *made;
  }

  const int threads_;
  model::ModelFiles& model_;
  std::vector<std::shared_ptr<MergedTensors>> merged_;
};

}  // namespace

void Apply(std::span<const LoraFile> files, int threads, model::ModelFiles* model) {
  Application application(threads, model);
  for (const LoraFile& file : files) application.Add(file);
}

}  // namespace musicgen::lora
