#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/tensor_stream.h"
#include "checkpoint/torch_file.h"
#include "checkpoint/weight_norm_names.h"
#include "conditioning/expected_tensors.h"
#include "convert/convert.h"
#include "convert/convert_config.h"
#include "convert/convert_files.h"
#include "convert/convert_tensors.h"
#include "convert/new_folder.h"
#include "model/audiocraft_files.h"
#include "model/stored_type.h"

namespace musicgen::convert {
namespace {

using checkpoint::TensorSource;
using checkpoint::TorchFile;

// transformers fixes the pattern: codebook k is delayed by k frames, stereo pairs together.
void CheckPattern(const model::ModelFiles& files) {
  if (files.lm.pattern.IsPlainDelay(files.lm.audio_channels)) return;
  ThrowBadInput(Printable(files.directory), ": the Hugging Face layout has no other codebook ",
                "pattern than delays of 0, 1, 2, …");
}

void RefuseStyle(const model::ModelFiles& files) {
  if (!files.style) return;
  ThrowBadInput(Printable(files.directory),
                ": the Hugging Face layout has no style models: expected an output that ends in ",
                ".gguf");
}

bool IsIdentity(const TensorView& weight, const TensorView& bias) {
  const std::vector<float> values = ToFloats(weight), shift = ToFloats(bias);
  const auto width = static_cast<size_t>(weight.shape[0]);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != (i / width == i % width ? 1.0f : 0.0f)) return false;
  }
  return std::all_of(shift.begin(), shift.end(), [](float value) { return value == 0.0f; });
}

// Between equal widths transformers has no projection.
void LeaveOutProjection(const model::ModelFiles& files, std::vector<ModelTensor>* tensors) {
  const TensorSource& source = *files.lm_tensors.source;
  const auto& [weight, bias] = conditioning::kTextProjection;
  if (files.t5.d_model != files.lm.width || files.melody || !source.Has(weight)) return;
  if (!IsIdentity(source.Get(weight), source.Get(bias))) {
    ThrowBadInput(source.Where(), ": the Hugging Face layout has no projection between equal ",
                  "widths, and this model's is not the identity");
  }
  std::erase_if(*tensors, [](const ModelTensor& tensor) {
    return tensor.name == conditioning::kTextProjection.weight ||
           tensor.name == conditioning::kTextProjection.bias;
  });
}

// What the files keep of a Hugging Face model that they once were.
class Kept {
 public:
  explicit Kept(const model::ModelFiles& files) : files_(files) {
    if (model::IsFile(files.directory)) return;
    state_ = TorchFile::Open(files.directory + "/" + model::kStateFile);
    if (state_->IsDict(kKeptTensors)) tensors_ = OpenTorchTensors(state_, kKeptTensors);
  }

  std::optional<std::string> Text(const char* name) const {
    if (state_ != nullptr) return state_->String(std::string(kKeptFiles) + "/" + name);
    if (!files_.side_files->Has(name)) return std::nullopt;
    return files_.side_files->Read(name);
  }
  bool NewSpelling() const { return Text(kKeptSpelling) == kNewSpelling; }
  void AddTensors(std::vector<ModelTensor>* tensors) const {
    if (tensors_ == nullptr) return;
    for (const std::string& name : tensors_->Names()) {
      if (std::any_of(tensors->begin(), tensors->end(),
                      [&](const ModelTensor& known) { return known.name == name; })) {
        ThrowBadInput("tensor ", Printable(name), ": found in two files");
      }
      tensors->push_back(
          {name, tensors_->Describe(name), tensors_.get(), name, TensorRole::kUnread});
    }
  }

 private:
  const model::ModelFiles& files_;
  std::shared_ptr<const TorchFile> state_;  // null: a GGUF file, which keeps them as its own
  std::unique_ptr<TensorSource> tensors_;
};

// Quantised tensors become f32, which holds their numbers exactly.
DType TypeOf(const ModelTensor& tensor, Precision precision) {
  const DType type =
      model::StoredType(tensor.role, tensor.tensor.shape, tensor.tensor.dtype, precision);
  return DTypeGroup(type) > 1 ? DType::kF32 : type;
}

void WriteTensors(const std::vector<ModelTensor>& tensors, Precision precision, ThreadPool& pool,
                  const std::string& path) {
  std::vector<checkpoint::TensorToWrite> headers;
  for (const ModelTensor& tensor : tensors) {
    headers.push_back({tensor.name, TypeOf(tensor, precision), tensor.tensor.shape, nullptr});
  }
  checkpoint::WriteSafetensors(path, headers, {{"format", "pt"}},
                               [&](size_t i, const checkpoint::PutBytes& put) {
                                 const TensorView tensor = tensors[i].Read();
                                 checkpoint::StreamAs(tensor, headers[i].dtype, pool, put);
                                 tensors[i].source->Drop(tensor);
                               });
}

}  // namespace

void ConvertToHuggingFace(const model::ModelFiles& files, bool whole, Precision precision,
                          ThreadPool& pool, const std::string& target) {
  NewFolder folder(target);
  const std::string out = folder.stage();
  RefuseStyle(files);
  CheckPattern(files);
  std::vector<ModelTensor> tensors = AllTensors(files);
  LeaveOutProjection(files, &tensors);
  const Kept kept(files);
  if (whole && kept.NewSpelling()) {
    for (ModelTensor& tensor : tensors) tensor.name = checkpoint::NewWeightNormName(tensor.name);
  }
  kept.AddTensors(&tensors);

  WriteTensors(tensors, precision, pool, out + "/model.safetensors");
  // Another T5 or codec than the kept settings speak of makes them void.
  const auto settings = [&](const char* name, auto make) {
    const std::optional<std::string> text = whole ? kept.Text(name) : std::nullopt;
    WriteWhole(out + "/" + name, text ? *text : make(files));
  };
  settings(model::kConfigFile, ConfigJson);
  settings(kGenerationFile, GenerationJson);
  settings(kPreprocessorFile, PreprocessorJson);
  CopyFiles(*files.tokenizer_files, kTokenizerFiles, out);
  CopyFiles(*files.side_files, kCardFiles, out);
  folder.Commit();
}

}  // namespace musicgen::convert
