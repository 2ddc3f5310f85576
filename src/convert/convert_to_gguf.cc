#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "checkpoint/gguf_writer.h"
#include "checkpoint/tensor_stream.h"
#include "checkpoint/utf8.h"
#include "checkpoint/weight_norm_names.h"
#include "convert/convert.h"
#include "convert/convert_config.h"
#include "convert/convert_files.h"
#include "convert/convert_tensors.h"
#include "model/gguf_names.h"
#include "model/stored_type.h"

namespace musicgen::convert {
namespace {

using checkpoint::GgufWriter;

constexpr uint32_t kQuantizationVersion = 2;  // of ggml's Q8_0 and Q4_0

// general.file_type: what most of a file is, as llama.cpp numbers it (enum llama_ftype).
uint32_t FileType(DType dtype) {
  const std::map<DType, uint32_t> types = {
      {DType::kF32, 0}, {DType::kF16, 1}, {DType::kQ4_0, 2}, {DType::kQ8_0, 7}, {DType::kBF16, 32}};
  const auto found = types.find(dtype);
  return found == types.end() ? 0 : found->second;
}

struct Output {
  ModelTensor from;
  DType dtype;
};

std::vector<Output> ChooseTypes(const model::ModelFiles& files, Precision precision,
                                ThreadPool& pool) {
  const bool quantized = precision == Precision::kQ8 || precision == Precision::kQ4;
  std::vector<Output> outputs;
  for (ModelTensor& from : AllTensors(files)) {
    // Quantised files are for generating.
    if (quantized && from.role == TensorRole::kUnread) continue;
    const TensorView& tensor = from.tensor;
    DType dtype = model::StoredType(from.role, tensor.shape, tensor.dtype, precision);
    const bool narrows = dtype == DType::kF16 && tensor.dtype != DType::kF16;
    if (narrows) {
      const TensorView elements = from.Read();
      if (!checkpoint::FitsF16(elements, pool)) dtype = DType::kF32;
      from.source->Drop(elements);
    }
    outputs.push_back({std::move(from), dtype});
  }
  return outputs;
}

void AddText(const std::string& name, const std::string& text, GgufWriter* writer) {
  const std::string key = checkpoint::GgufKeyOfFile(name);
  if (checkpoint::IsUtf8(text)) {
    writer->AddText(key, text);
  } else {
    writer->AddBytes(key, text);
  }
}

void AddFiles(const checkpoint::SideFiles& files, std::span<const char* const> names,
              GgufWriter* writer) {
  for (const char* name : names) {
    if (files.Has(name)) AddText(name, files.Read(name), writer);
  }
}

void AddGeneral(const model::ModelFiles& files, DType main_type, GgufWriter* writer) {
  std::filesystem::path path(files.directory);
  if (!path.has_filename()) path = path.parent_path();
  writer->AddText(model::kArchitectureKey, model::kArchitecture);
  writer->AddText("general.type", "model");
  const std::string name = model::IsFile(files.directory) ? path.stem() : path.filename();
  if (checkpoint::IsUtf8(name)) writer->AddText("general.name", name);
  if (files.licence != "unknown") writer->AddText("general.license", files.licence);
  writer->AddU32("general.file_type", FileType(main_type));
  writer->AddU32("general.quantization_version", kQuantizationVersion);
  writer->AddU32(checkpoint::kGgufAlignmentKey, checkpoint::kGgufAlignment);
}

// For readers that want numbers rather than config.json, in GGUF's usual words.
void AddSizes(const model::ModelFiles& files, GgufWriter* writer) {
  const auto add = [&](const char* key, int64_t value) {
    writer->AddU32(StrCat(model::kArchitecture, ".", key), static_cast<uint32_t>(value));
  };
  add("block_count", files.lm.layers);
  add("embedding_length", files.lm.width);
  add("feed_forward_length", files.lm.ffn_width);
  add("attention.head_count", files.lm.heads);
  add("codebook_count", files.lm.codebooks);
  add("codebook_size", files.lm.codebook_size);
  add("audio_channels", files.lm.audio_channels);
  add("sample_rate", files.codec.sample_rate_hz);
  add("frame_rate", files.codec.frame_rate());
  add("text_encoder.block_count", files.t5.num_layers);
  add("text_encoder.embedding_length", files.t5.d_model);
  add("text_encoder.vocab_size", files.t5.vocab_size);
  writer->AddF32(StrCat(model::kArchitecture, ".max_duration"),
                 static_cast<float>(files.max_duration_s));
}

void AddSideFiles(const model::ModelFiles& files, const std::vector<Output>& outputs,
                  GgufWriter* writer) {
  AddText(model::kConfigFile, ConfigJson(files), writer);
  if (files.dialect == conditioning::Reference::kAudioCraft) {
    AddText(model::kXpFile, files.side_files->Read(model::kXpFile), writer);
  }
  constexpr const char* kOtherSettings[] = {kGenerationFile, kPreprocessorFile};
  AddFiles(*files.side_files, kOtherSettings, writer);
  AddFiles(*files.tokenizer_files, kTokenizerFiles, writer);
  AddFiles(*files.side_files, kCardFiles, writer);
  bool new_spelling = false;
  for (const Output& output : outputs) {
    new_spelling =
        new_spelling || checkpoint::OldWeightNormName(output.from.name) != output.from.name;
  }
  // Of a GGUF file that is converted again.
  if (files.side_files->Has(model::kSpellingFile)) {
    AddText(model::kSpellingFile, files.side_files->Read(model::kSpellingFile), writer);
  } else if (new_spelling) {
    AddText(model::kSpellingFile, kNewSpelling, writer);
  }
}

}  // namespace

void ConvertToGguf(const model::ModelFiles& files, Precision precision, ThreadPool& pool,
                   const std::string& out) {
  const std::vector<Output> outputs = ChooseTypes(files, precision, pool);
  const std::string main_name = files.lm_tensors.prefix + "model.decoder.layers.0.fc1.weight";
  DType main_type = DType::kF32;
  GgufWriter writer;
  for (const Output& output : outputs) {
    if (output.from.name == main_name) main_type = output.dtype;
    writer.AddTensor(model::NameToGguf(output.from.name), output.dtype, output.from.tensor.shape);
  }
  AddGeneral(files, main_type, &writer);
  AddSizes(files, &writer);
  AddSideFiles(files, outputs, &writer);
  writer.Write(out, [&](size_t i, const checkpoint::PutBytes& put) {
    const ModelTensor& from = outputs[i].from;
    const TensorView tensor = from.Read();
    checkpoint::StreamAs(tensor, outputs[i].dtype, pool, put);
    from.source->Drop(tensor);
  });
}

}  // namespace musicgen::convert
