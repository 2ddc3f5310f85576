#include "train/tracks/pretrained.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "conditioning/expected_tensors.h"
#include "text/expected_tensors.h"

namespace musicgen::train {
namespace {

constexpr std::string_view kText = "text_encoder.", kTables = "decoder.model.decoder.embed_tokens.",
                           kHeads = "decoder.lm_heads.";

// Of `name`, which begins with `prefix` and a number, the same with half of it.
std::string Halved(const std::string& name, std::string_view prefix) {
  size_t digits = 0;
  const int64_t book = std::stoll(name.substr(prefix.size()), &digits);
  return StrCat(prefix, book / 2, name.substr(prefix.size() + digits));
}

// Where a part of the model lies in the files.
struct Place {
  const checkpoint::TensorSource* source;
  std::string name;
};

Place PlaceOf(const std::string& part, const model::ModelFiles& files, bool to_stereo) {
  if (part.starts_with(kText)) {
    const auto& [source, prefix] = files.t5_tensors;
    const std::string inner = part.substr(kText.size());
    const bool table = inner == "shared.weight";
    return {source.get(), table ? text::EmbeddingName(*source, prefix) : prefix + inner};
  }
  std::string name = part;
  for (const std::string_view books : {kTables, kHeads}) {
    if (to_stereo && part.starts_with(books)) name = Halved(part, books);
  }
  return {files.lm_tensors.source.get(), name};
}

void Fill(const Place& place, const at::Tensor& value) {
  const TensorView view = place.source->Get(place.name);
  if (view.shape != value.sizes().vec()) {
    ThrowBadInput(place.source->Where(), ": tensor ", Printable(place.name),
                  " has another shape than its configuration says");
  }
  at::Tensor read = at::empty(value.sizes(), at::kFloat);
  CopyToFloat(view, 0, view.elements(), read.mutable_data_ptr<float>());
  place.source->Drop(view);
  at::Tensor(value).copy_(read);
}

void Load(const model::ModelFiles& files, LmModel& model, bool text_only) {
  const at::NoGradGuard no_grad;
  const bool to_stereo = model.config().lm.codebooks != files.lm.codebooks;
  for (const NamedTensor& part : Parts(model.parameters(), Values(model.parameters()), "")) {
    if (text_only && !part.name.starts_with(kText)) continue;
    Fill(PlaceOf(part.name, files, to_stereo), part.value);
  }
}

void CheckPattern(const model::ModelFiles& files) {
  if (files.lm.pattern.IsPlainDelay(files.lm.audio_channels)) return;
  ThrowBadInput(Printable(files.directory, 300),
                ": only models whose codebook pattern is delays of ", "0, 1, 2, … can be trained");
}

}  // namespace

LmModelConfig PretrainedConfig(const model::ModelFiles& files, const PretrainedOptions& options) {
  const std::string where = Printable(files.directory, 300);
  if (files.melody || !files.lm.cross_attention) {
    ThrowBadInput(where, ": melody models cannot be trained here; expected a model of texts alone");
  }
  CheckPattern(files);
  if (files.t5.d_model == files.lm.width &&
      files.lm_tensors.source->Has(conditioning::kTextProjection.weight)) {
    ThrowBadInput(where, ": projects texts of the decoder's own width, which the Hugging Face ",
                  "layout of the trained model cannot express");
  }
  if (options.stereo && files.lm.audio_channels != 1) {
    ThrowBadInput(where, ": --stereo makes a stereo model of a mono one, and this is a stereo one");
  }
  LmModelConfig config;
  config.lm = files.lm;
  config.t5 = files.t5;
  config.train_text_encoder = options.train_text_encoder;
  if (options.stereo) {
    config.lm.audio_channels = 2;
    config.lm.codebooks = 2 * files.lm.codebooks;
    config.lm.pattern.delays.clear();
    for (int64_t k = 0; k < config.lm.codebooks; ++k) config.lm.pattern.delays.push_back(k / 2);
  }
  return config;
}

void LoadPretrained(const model::ModelFiles& files, LmModel& model) {
  Load(files, model, /*text_only=*/false);
}

void LoadTextEncoder(const model::ModelFiles& files, LmModel& model) {
  Load(files, model, /*text_only=*/true);
}

}  // namespace musicgen::train
