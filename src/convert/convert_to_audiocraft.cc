#include <bit>
#include <cmath>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/tensor_stream.h"
#include "checkpoint/torch_writer.h"
#include "checkpoint/weight_norm_names.h"
#include "codec/seanet_layout.h"
#include "conditioning/expected_tensors.h"
#include "convert/convert.h"
#include "convert/convert_config.h"
#include "convert/convert_files.h"
#include "convert/convert_tensors.h"
#include "convert/new_folder.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_names.h"
#include "model/audiocraft_yaml.h"
#include "model/codec_files.h"

namespace musicgen::convert {
namespace {

using checkpoint::TorchTensors;
using checkpoint::TorchTensorToWrite;

constexpr char kVersion[] = "1.4.0a2";  // of AudioCraft, whose layout this is

void Put(const ModelTensor& from, ThreadPool& pool, const checkpoint::PutBytes& put) {
  const TensorView tensor = from.Read();
  checkpoint::StreamAs(tensor, from.tensor.dtype, pool, put);
  from.source->Drop(tensor);
}

// Tensors of one type on top of each other, which are read when their turn comes.
TorchTensorToWrite Written(std::string name, std::vector<ModelTensor> parts, ThreadPool& pool) {
  TorchTensorToWrite written;
  written.name = std::move(name);
  written.dtype = parts.front().tensor.dtype;
  written.shape = parts.front().tensor.shape;
  for (size_t i = 1; i < parts.size(); ++i) written.shape[0] += parts[i].tensor.shape[0];
  written.write = [parts = std::move(parts), &pool](const checkpoint::PutBytes& put) {
    for (const ModelTensor& part : parts) Put(part, pool, put);
  };
  return written;
}

// A published T5 of these sizes is known to AudioCraft by name.
std::string T5Name(const text::T5Config& t5) {
  const bool flan = t5.feed_forward == text::FeedForward::kGatedGelu;
  for (const auto& [d_model, layers, name] :
       {std::tuple{512, 6, "t5-small"}, {768, 12, "t5-base"}, {1024, 24, "t5-large"}}) {
    if (!flan && t5.d_model == d_model && t5.num_layers == layers) return name;
  }
  return "t5";
}

// transformers keeps the number of chroma frames, AudioCraft the duration they come from.
double MelodySeconds(const conditioning::MelodyConfig& melody, const std::string& where) {
  const conditioning::ChromaConfig& chroma = melody.chroma;
  if (!std::has_single_bit(static_cast<uint64_t>(chroma.n_fft)) ||
      chroma.hop_samples != chroma.n_fft / 4) {
    ThrowBadInput(where, ": n_fft: AudioCraft's windows are powers of two and a quarter apart, ",
                  "found ", chroma.n_fft, " every ", chroma.hop_samples);
  }
  const auto rate = static_cast<double>(chroma.sample_rate_hz);
  const auto frames = [&](double seconds) {
    return static_cast<int64_t>(seconds * rate) / chroma.hop_samples + 1;
  };
  const double seconds = static_cast<double>(melody.format.most_samples) / rate;
  if (frames(seconds) == melody.chroma_length) return seconds;
  const double exact = static_cast<double>((melody.chroma_length - 1) * chroma.hop_samples) / rate;
  return frames(std::ceil(exact)) == melody.chroma_length ? std::ceil(exact) : exact;
}

model::AudioCraftConfig Settings(const model::ModelFiles& files) {
  model::AudioCraftConfig config;
  config.lm = files.lm;
  config.sample_rate_hz = files.codec.sample_rate_hz;
  config.max_duration_s = files.max_duration_s;
  config.t5_name = T5Name(files.t5);
  const checkpoint::SideFiles& side = *files.side_files;
  if (side.Has(kGenerationFile)) {
    config.cfg_coef =
        side.ReadConfig(kGenerationFile).Number("guidance_scale", 3.0, -1000.0, 1000.0);
  }
  config.melody = files.melody;
  if (files.melody) {
    config.max_duration_s = MelodySeconds(*files.melody, side.Where(kPreprocessorFile));
  }
  return config;
}

void WriteTextEncoder(const model::ModelFiles& files, const std::vector<ModelTensor>& tensors,
                      ThreadPool& pool, const std::string& folder) {
  MakeFolders(folder);
  std::vector<checkpoint::TensorToWrite> headers;
  std::vector<const ModelTensor*> written;
  for (const ModelTensor& tensor : tensors) {
    if (!tensor.name.starts_with(kT5)) continue;
    headers.push_back(
        {tensor.name.substr(kT5.size()), tensor.tensor.dtype, tensor.tensor.shape, nullptr});
    written.push_back(&tensor);
  }
  checkpoint::WriteSafetensors(
      folder + "/model.safetensors", headers, {{"format", "pt"}},
      [&](size_t i, const checkpoint::PutBytes& put) { Put(*written[i], pool, put); });
  WriteWhole(folder + "/" + model::kConfigFile, ToJson(TextEncoderJson(files)) + "\n");
  CopyFiles(*files.tokenizer_files, kTokenizerFiles, folder);
}

// Layers of the codec's decoder.
std::set<int64_t> TransposedLayers(const codec::CodecConfig& config) {
  std::set<int64_t> layers;
  for (const codec::SeanetLayer& layer : codec::DecoderLayout(config)) {
    if (layer.kind == codec::SeanetLayer::Kind::kConvTranspose) layers.insert(layer.index);
  }
  return layers;
}

void WriteCodec(const model::ModelFiles& files, const std::vector<ModelTensor>& tensors,
                ThreadPool& pool, const std::string& path) {
  const std::set<int64_t> transposed = TransposedLayers(files.codec);
  TorchTensors written;
  for (const ModelTensor& tensor : tensors) {
    const std::string& name = tensor.name;
    if (!name.starts_with(kCodec)) continue;
    // AudioCraft's own layers know only the older spelling of weight norm.
    std::optional<std::string> known =
        model::CodecNameToAudioCraft(checkpoint::OldWeightNormName(name.substr(kCodec.size())));
    if (!known) ThrowBadInput(tensor.source->Where(), ": no place for tensor ", Printable(name));
    // The table cannot tell the two kinds of convolution apart.
    constexpr std::string_view kBefore = "decoder.model.", kTransposed = ".convtr.convtr.";
    if (const size_t at = known->find(kTransposed); at != known->npos) {
      const bool is = transposed.contains(std::stoll(known->substr(kBefore.size())));
      if (!is) known->replace(at, kTransposed.size(), ".conv.conv.");
    }
    written.push_back(Written(*std::move(known), {tensor}, pool));
  }
  checkpoint::WriteTorchFile(path, {{"best_state", written},
                                    {"xp.cfg", model::AudioCraftCodecYaml(files.codec)},
                                    {"version", std::string(kVersion)},
                                    {"exported", true}});
}

// q, k and v become one tensor, written when q comes along.
void AddLm(const ModelTensor& from, ThreadPool& pool, TorchTensors* tensors) {
  const std::string& name = from.name;
  const std::optional<model::LmName> known = model::LmNameToAudioCraft(name);
  if (!known) ThrowBadInput(from.source->Where(), ": no place for tensor ", Printable(name));
  std::vector<ModelTensor> parts = {from};
  if (known->split) {
    const size_t at = name.rfind("q_proj");
    if (at == name.npos) return;
    for (const char* part : {"k_proj", "v_proj"}) {
      ModelTensor other = from;
      other.own = other.name.replace(at, 6, part);
      other.tensor = from.source->Describe(other.own);
      if (other.tensor.dtype != from.tensor.dtype) {
        ThrowBadInput(from.source->Where(), ": tensors ", name, " and ", other.name,
                      ": expected one type, found ", DTypeName(from.tensor.dtype), " and ",
                      DTypeName(other.tensor.dtype));
      }
      parts.push_back(std::move(other));
    }
  }
  tensors->push_back(Written(known->name, std::move(parts), pool));
}

checkpoint::TorchStrings KeptFiles(const checkpoint::SideFiles& side,
                                   const std::vector<ModelTensor>& tensors) {
  checkpoint::TorchStrings files;
  for (const char* name : kSettingsFiles) {
    if (side.Has(name)) files.emplace_back(name, side.Read(name));
  }
  files.emplace_back(kKeptSpelling, HasNewSpelling(tensors) ? kNewSpelling : "pair");
  return files;
}

void WriteLm(const model::ModelFiles& files, const model::AudioCraftConfig& config,
             const std::vector<ModelTensor>& tensors, ThreadPool& pool, const std::string& path) {
  TorchTensors written, kept;
  for (const ModelTensor& tensor : tensors) {
    if (tensor.name.starts_with(kT5) || tensor.name.starts_with(kCodec)) continue;
    if (tensor.role == TensorRole::kUnread) {
      kept.push_back(Written(tensor.name, {tensor}, pool));
    } else {
      AddLm(tensor, pool, &written);
    }
  }
  // Between equal widths transformers has no projection, and AudioCraft always has one.
  const int64_t width = files.lm.width;
  std::vector<float> identity, zeros;
  if (!files.lm_tensors.source->Has(conditioning::kTextProjection.weight)) {
    identity.assign(static_cast<size_t>(width * width), 0.0f);
    zeros.assign(static_cast<size_t>(width), 0.0f);
    for (int64_t i = 0; i < width; ++i) identity[static_cast<size_t>(i * width + i)] = 1.0f;
    const auto add = [&](const char* name, Shape shape, const std::vector<float>& values) {
      const std::string_view bytes = {reinterpret_cast<const char*>(values.data()),
                                      values.size() * sizeof(float)};
      written.push_back(
          {model::LmNameToAudioCraft(name)->name, DType::kF32, std::move(shape), {bytes}});
    };
    add(conditioning::kTextProjection.weight, {width, width}, identity);
    add(conditioning::kTextProjection.bias, {width}, zeros);
  }
  checkpoint::WriteTorchFile(path, {{"best_state", written},
                                    {"xp.cfg", model::AudioCraftYaml(config)},
                                    {"version", std::string(kVersion)},
                                    {"exported", true},
                                    {kKeptFiles, KeptFiles(*files.side_files, tensors)},
                                    {kKeptTensors, kept}});
}

}  // namespace

void ConvertToAudioCraft(const model::ModelFiles& files, ThreadPool& pool,
                         const std::string& target) {
  NewFolder folder(target);
  const std::string out = folder.stage() + "/";
  const model::AudioCraftConfig config = Settings(files);
  const std::vector<ModelTensor> tensors = AllTensors(files);
  WriteTextEncoder(files, tensors, pool, out + config.t5_name);
  WriteCodec(files, tensors, pool, out + model::kCompressionFile);
  WriteLm(files, config, tensors, pool, out + model::kStateFile);
  CopyFiles(*files.side_files, kCardFiles, folder.stage());
  folder.Commit();
}

}  // namespace musicgen::convert
