#include "train/export/export.h"

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "base/thread_pool.h"
#include "base/write_whole.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/side_files.h"
#include "checkpoint/tensor_stream.h"
#include "convert/convert.h"
#include "convert/convert_files.h"
#include "convert/new_folder.h"
#include "model/codec_files.h"
#include "train/export/export_config.h"
#include "train/export/scratch_folder.h"
#include "train/lm/heads_loss.h"

namespace musicgen::train {
namespace {

constexpr int64_t kMostFrames = 1500;  // 30 s, as every MusicGen has it

DType TypeOf(size_t dimensions) { return dimensions > 1 ? DType::kF16 : DType::kF32; }

model::CodecPart OpenMatchingCodec(const LmModelConfig& model, const std::string& folder) {
  model::CodecPart codec = model::OpenCodec(folder);
  if (codec.config.num_quantizers != model.lm.codebooks ||
      codec.config.codebook_size != model.lm.codebook_size) {
    ThrowBadInput(Printable(folder, 300), ": expected a codec of ", model.lm.codebooks,
                  " codebooks of ", model.lm.codebook_size, " codes as the model has them, found ",
                  codec.config.num_quantizers, " of ", codec.config.codebook_size);
  }
  return codec;
}

void WriteTensors(const LmModel& model, const model::CodecPart& codec, const std::string& path) {
  const std::vector<NamedTensor> own = Parts(model.parameters(), Values(model.parameters()), "");
  std::vector<checkpoint::TensorToWrite> headers;
  for (const NamedTensor& tensor : own) {
    const std::vector<int64_t> shape = tensor.value.sizes().vec();
    headers.push_back({tensor.name, TypeOf(shape.size()), shape, nullptr});
  }
  const checkpoint::TensorSource& source = *codec.tensors.source;
  std::vector<TensorView> views;
  for (const std::string& name : source.Names()) {
    if (!name.starts_with(codec.tensors.prefix)) continue;
    views.push_back(source.Get(name));
    headers.push_back({"audio_encoder." + name.substr(codec.tensors.prefix.size()),
                       TypeOf(views.back().shape.size()), views.back().shape, nullptr});
  }
  ThreadPool pool(1);
  checkpoint::WriteSafetensors(
      path, headers, {{"format", "pt"}}, [&](size_t i, const checkpoint::PutBytes& put) {
        if (i >= own.size()) {
          checkpoint::StreamAs(views[i - own.size()], headers[i].dtype, pool, put);
          return;
        }
        const at::Tensor value =
            own[i]
                .value.to(at::kCPU, headers[i].dtype == DType::kF16 ? at::kHalf : at::kFloat)
                .contiguous();
        put(value.const_data_ptr(), value.nbytes());
      });
}

void WriteFolder(const ExportedModel& exported, const std::string& folder) {
  const at::NoGradGuard no_grad;
  const LmModelConfig& model = exported.model.config();
  const model::CodecPart codec = OpenMatchingCodec(model, exported.codec_folder);
  CopyUnusedRows(exported.model.heads(), model.used_rows);
  const auto write = [&](const char* name, const std::string& text) {
    WriteWhole(folder + "/" + name, text);
  };
  write(model::kConfigFile, ExportedConfig(model, codec));
  write(convert::kGenerationFile, ExportedGenerationConfig(model, exported.sampling, kMostFrames));
  write(convert::kPreprocessorFile, ExportedPreprocessorConfig(model, codec));
  write(convert::kCardFiles[0], exported.card);
  const auto tokenizer = checkpoint::FilesOfDirectory(exported.tokenizer_folder);
  convert::CopyFiles(*tokenizer, convert::kTokenizerFiles, folder);
  WriteTensors(exported.model, codec, folder + "/model.safetensors");
}

}  // namespace

ExportFormat ParseExportFormat(std::string_view name) {
  if (name == "huggingface") return ExportFormat::kHuggingFace;
  if (name == "audiocraft") return ExportFormat::kAudioCraft;
  if (name == "gguf") return ExportFormat::kGguf;
  ThrowBadInput("format: expected huggingface, audiocraft or gguf, found ",
                Printable(std::string(name)));
}

void Export(const ExportedModel& exported, ExportFormat format, const std::string& out) {
  if (format == ExportFormat::kHuggingFace) {
    convert::NewFolder folder(out);
    WriteFolder(exported, folder.stage());
    folder.Commit();
    return;
  }
  // The other layouts are made of one in Hugging Face's.
  const ScratchFolder between(out + ".huggingface.part");
  MakeFolders(between.path());
  WriteFolder(exported, between.path());
  const model::ModelFiles files = model::OpenModel(between.path(), "", "", /*strict=*/true);
  ThreadPool pool(1);
  if (format == ExportFormat::kAudioCraft) {
    convert::ConvertToAudioCraft(files, pool, out);
  } else {
    convert::ConvertToGguf(files, Precision::kAuto, pool, out);
  }
}

}  // namespace musicgen::train
