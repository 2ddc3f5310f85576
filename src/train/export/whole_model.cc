#include "train/export/whole_model.h"

#include <memory>
#include <variant>

#include "base/thread_pool.h"
#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/tensor_stream.h"
#include "convert/convert_config.h"
#include "convert/convert_files.h"
#include "convert/convert_tensors.h"
#include "convert/new_folder.h"
#include "model/stored_type.h"
#include "train/export/lm_tensors.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonObject;
using checkpoint::JsonValue;

// The base's files with the trained tensors in place of its own.
model::ModelFiles WithTrained(const WholeModel& whole) {
  const LmModelConfig& config = whole.lm.config();
  model::ModelFiles files = whole.base;
  const auto tensors = std::make_shared<LmTensors>(whole.lm, config.train_text_encoder);
  files.lm = config.lm;
  files.lm_tensors = {tensors, "decoder."};
  if (config.train_text_encoder) files.t5_tensors = {tensors, "text_encoder."};
  return files;
}

// What kAuto makes of a tensor.
DType OwnType(const convert::ModelTensor& tensor, const model::ModelFiles& files,
              const model::ModelFiles& base) {
  const DType otherwise = tensor.tensor.shape.size() > 1 ? DType::kF16 : DType::kF32;
  DType type = tensor.tensor.dtype;
  if (tensor.source == files.lm_tensors.source.get()) {  // trained: f32 in memory
    const auto& source = base.lm_tensors.source;
    type = source != nullptr && source->Has(tensor.own) ? source->Describe(tensor.own).dtype
                                                        : otherwise;
  }
  return DTypeGroup(type) == 1 ? type : otherwise;
}

void WriteTensors(const model::ModelFiles& files, const model::ModelFiles& base,
                  Precision precision, const std::string& path) {
  const std::vector<convert::ModelTensor> tensors = convert::AllTensors(files);
  std::vector<checkpoint::TensorToWrite> headers;
  for (const convert::ModelTensor& tensor : tensors) {
    headers.push_back({tensor.name,
                       model::StoredType(tensor.role, tensor.tensor.shape,
                                         OwnType(tensor, files, base), precision),
                       tensor.tensor.shape, nullptr});
  }
  ThreadPool pool(1);
  checkpoint::WriteSafetensors(path, headers, {{"format", "pt"}},
                               [&](size_t i, const checkpoint::PutBytes& put) {
                                 const TensorView tensor = tensors[i].Read();
                                 checkpoint::StreamAs(tensor, headers[i].dtype, pool, put);
                                 tensors[i].source->Drop(tensor);
                               });
}

// config.json of the base, its decoder as it is now.
std::string TrainedConfig(const model::ModelFiles& files, const model::ModelFiles& base) {
  const std::string text = convert::ConfigJson(files);
  if (files.lm.codebooks == base.lm.codebooks) return text;
  JsonValue config = checkpoint::ParseJson(text, model::kConfigFile);
  auto& object = std::get<JsonObject>(config.is);
  const JsonValue* const old = checkpoint::Find(object, "decoder");
  JsonObject decoder =
      old != nullptr && old->as<JsonObject>() ? *old->as<JsonObject>() : JsonObject{};
  const JsonValue present = lm::ToJson(files.lm);
  for (const checkpoint::JsonMember& member : *present.as<JsonObject>()) {
    checkpoint::Set(&decoder, member.key, member.value);
  }
  checkpoint::Set(&object, "decoder", {std::move(decoder)});
  return checkpoint::ToJson(config) + "\n";
}

}  // namespace

void ExportWhole(const WholeModel& whole, Precision precision, const std::string& out) {
  convert::NewFolder folder(out);
  const std::string stage = folder.stage();
  const model::ModelFiles files = WithTrained(whole);
  WriteTensors(files, whole.base, precision, stage + "/model.safetensors");
  const bool same_channels = files.lm.codebooks == whole.base.lm.codebooks;
  const auto settings = [&](const char* name, bool keep, const std::string& otherwise) {
    const auto& own = *whole.base.side_files;
    WriteWhole(stage + "/" + name, keep && own.Has(name) ? own.Read(name) : otherwise);
  };
  settings(model::kConfigFile, false, TrainedConfig(files, whole.base));
  settings(convert::kGenerationFile, true, convert::GenerationJson(files));
  settings(convert::kPreprocessorFile, same_channels, convert::PreprocessorJson(files));
  settings(convert::kCardFiles[0], false, whole.card);
  convert::CopyFiles(*files.tokenizer_files, convert::kTokenizerFiles, stage);
  folder.Commit();
}

}  // namespace musicgen::train
