#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_writer.h"
#include "codec/expected_tensors.h"
#include "codec/seanet_layout.h"
#include "conditioning/expected_tensors.h"
#include "convert/convert.h"
#include "convert/convert_files.h"
#include "convert/new_folder.h"
#include "lm/expected_tensors.h"
#include "model/audiocraft_files.h"
#include "model/audiocraft_names.h"
#include "model/audiocraft_yaml.h"
#include "model/codec_files.h"
#include "model/weights.h"
#include "text/expected_tensors.h"

namespace musicgen::convert {
namespace {

using checkpoint::Config;
using checkpoint::ExpectedTensor;
using checkpoint::TensorSource;
using checkpoint::TorchTensors;
using checkpoint::TorchTensorToWrite;

constexpr char kVersion[] = "1.4.0a2";  // of AudioCraft, whose layout this is
constexpr std::string_view kT5Prefix = "text_encoder.", kCodecPrefix = "audio_encoder.";
constexpr std::string_view kNewGain = ".parametrizations.weight.original0",
                           kNewDirection = ".parametrizations.weight.original1";

std::string_view Bytes(const TensorView& tensor) {
  return {static_cast<const char*>(tensor.data), tensor.bytes()};
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
void ReadMelody(const Config& config, const std::string& directory, model::AudioCraftConfig* ac) {
  conditioning::MelodyConfig melody;
  const std::string path = directory + "/preprocessor_config.json";
  const bool given = checkpoint::EntryExists(path);
  const Config features = given ? Config::ReadFile(path) : Config::Parse("{}", path);
  melody = conditioning::ReadMelodyConfig(config, features);
  ac->max_duration_s = features.Number("chunk_length", 30.0, 0.1, 3600.0);
  const conditioning::ChromaConfig& chroma = melody.chroma;
  if (!std::has_single_bit(static_cast<uint64_t>(chroma.n_fft)) ||
      chroma.hop_samples != chroma.n_fft / 4) {
    ThrowBadInput(features.Where("n_fft"),
                  ": AudioCraft's windows are powers of two and a quarter apart, found ",
                  chroma.n_fft, " every ", chroma.hop_samples);
  }
  const auto frames = [&](double seconds) {
    return static_cast<int64_t>(seconds * static_cast<double>(chroma.sample_rate_hz)) /
               chroma.hop_samples +
           1;
  };
  if (frames(ac->max_duration_s) != melody.chroma_length) {
    const double exact = static_cast<double>((melody.chroma_length - 1) * chroma.hop_samples) /
                         static_cast<double>(chroma.sample_rate_hz);
    ac->max_duration_s =
        frames(std::ceil(exact)) == melody.chroma_length ? std::ceil(exact) : exact;
  }
  ac->melody = melody;
}

class Converter {
 public:
  Converter(const std::string& directory, const std::string& out)
      : directory_(directory),
        folder_(out),
        out_(folder_.stage()),
        config_(Config::ReadFile(directory + "/config.json")),
        source_(model::OpenWeights(directory)) {}

  void Run() {
    ReadConfigs();
    CheckTensors();
    WriteTextEncoder();
    WriteCodec();
    WriteLm();
    CopyFiles(*checkpoint::FilesOfDirectory(directory_), kCardFiles, out_);
    folder_.Commit();
  }

 private:
  void ReadConfigs();
  void CheckTensors();
  void WriteTextEncoder();
  void WriteCodec();
  void WriteLm();
  std::string CodecName(const std::string& name);
  void AddLm(const std::string& name, TorchTensors* tensors);
  checkpoint::TorchStrings KeptFiles() const;

  std::string directory_;
  NewFolder folder_;
  std::string out_;
  Config config_;
  std::shared_ptr<const TensorSource> source_;
  model::AudioCraftConfig ac_;
  text::T5Config t5_;
  codec::CodecConfig codec_;
  std::set<int64_t> transposed_;  // layers of the codec's decoder
  bool new_spelling_ = false;     // of weight norm
  std::vector<float> identity_, zeros_;
};

void Converter::ReadConfigs() {
  const std::string type = config_.String("model_type", "");
  if (type != "musicgen" && type != "musicgen_melody") {
    ThrowBadInput(config_.Where("model_type"), ": expected musicgen or musicgen_melody, found ",
                  Printable(type));
  }
  ac_.lm = lm::ReadLmConfig(config_.Object("decoder"));
  t5_ = text::ReadT5Config(config_.Object("text_encoder"));
  codec_ = codec::ReadCodecConfig(config_.Object("audio_encoder"));
  ac_.sample_rate_hz = codec_.sample_rate_hz;
  ac_.t5_name = T5Name(t5_);
  const std::string path = directory_ + "/generation_config.json";
  if (checkpoint::EntryExists(path)) {
    ac_.cfg_coef = Config::ReadFile(path).Number("guidance_scale", 3.0, -1000.0, 1000.0);
  }
  if (type == "musicgen_melody") ReadMelody(config_, directory_, &ac_);
  for (const codec::SeanetLayer& layer : codec::DecoderLayout(codec_)) {
    if (layer.kind == codec::SeanetLayer::Kind::kConvTranspose) transposed_.insert(layer.index);
  }
}

void Converter::CheckTensors() {
  std::vector<ExpectedTensor> expected = lm::ExpectedTensors(ac_.lm, "decoder.");
  const auto append = [&](std::vector<ExpectedTensor> more) {
    expected.insert(expected.end(), more.begin(), more.end());
  };
  append(conditioning::ExpectedTextProjection(t5_.d_model, ac_.lm.width, *source_));
  if (ac_.melody) {
    append(conditioning::ExpectedProjection(conditioning::kMelodyProjection,
                                            ac_.melody->chroma.classes, ac_.lm.width));
  }
  append(text::ExpectedTensors(t5_, *source_, std::string(kT5Prefix)));
  append(codec::ExpectedTensors(codec_, *source_, std::string(kCodecPrefix)));
  std::vector<std::string> ignored = codec::IgnoredTensors();
  ignored.push_back("decoder.model.decoder.embed_positions.weights");
  checkpoint::CheckTensors(*source_, expected, ignored);
}

void Converter::WriteTextEncoder() {
  const std::string folder = out_ + "/" + ac_.t5_name;
  MakeDirectory(folder);
  std::vector<checkpoint::TensorToWrite> tensors;
  for (const std::string& name : source_->Names()) {
    if (!name.starts_with(kT5Prefix)) continue;
    const TensorView tensor = source_->Get(name);
    tensors.push_back({name.substr(kT5Prefix.size()), tensor.dtype, tensor.shape, tensor.data});
  }
  checkpoint::WriteSafetensors(folder + "/model.safetensors", tensors, {{"format", "pt"}});
  const checkpoint::JsonValue config =
      checkpoint::ParseJson(ReadText(directory_ + "/config.json"), "config.json");
  const auto* t5 = checkpoint::Find(*config.as<checkpoint::JsonObject>(), "text_encoder");
  WriteText(folder + "/config.json", t5 == nullptr ? "{}\n" : checkpoint::ToJson(*t5) + "\n");
  CopyFiles(*checkpoint::FilesOfDirectory(directory_), kTokenizerFiles, folder);
}

// AudioCraft's own layers know only the older spelling of weight norm.
std::string Converter::CodecName(const std::string& name) {
  std::string inner = name.substr(kCodecPrefix.size());
  for (const auto& [from, to] : {std::pair(kNewGain, ".weight_g"), {kNewDirection, ".weight_v"}}) {
    if (!inner.ends_with(from)) continue;
    inner.replace(inner.size() - from.size(), from.size(), to);
    new_spelling_ = true;
  }
  std::optional<std::string> known = model::CodecNameToAudioCraft(inner);
  if (!known) ThrowBadInput(source_->Where(), ": no place for tensor ", Printable(name));
  // The table cannot tell the two kinds of convolution apart.
  if (const size_t at = known->find(".convtr.convtr."); at != known->npos) {
    const int64_t layer = std::stoll(known->substr(std::string_view("decoder.model.").size()));
    if (!transposed_.contains(layer)) known->replace(at, 15, ".conv.conv.");
  }
  return *known;
}

void Converter::WriteCodec() {
  TorchTensors tensors;
  for (const std::string& name : source_->Names()) {
    if (!name.starts_with(kCodecPrefix)) continue;
    const TensorView tensor = source_->Get(name);
    tensors.push_back({CodecName(name), tensor.dtype, tensor.shape, {Bytes(tensor)}});
  }
  checkpoint::WriteTorchFile(out_ + "/" + model::kCompressionFile,
                             {{"best_state", tensors},
                              {"xp.cfg", model::AudioCraftCodecYaml(codec_)},
                              {"version", std::string(kVersion)},
                              {"exported", true}});
}

// q, k and v become one tensor, written when q comes along.
void Converter::AddLm(const std::string& name, TorchTensors* tensors) {
  const std::optional<model::LmName> known = model::LmNameToAudioCraft(name);
  if (!known) ThrowBadInput(source_->Where(), ": no place for tensor ", Printable(name));
  const TensorView tensor = source_->Get(name);
  TorchTensorToWrite written = {known->name, tensor.dtype, tensor.shape, {Bytes(tensor)}};
  if (known->split) {
    const size_t at = name.rfind("q_proj");
    if (at == name.npos) return;
    for (const char* part : {"k_proj", "v_proj"}) {
      std::string other = name;
      const TensorView block = source_->Get(other.replace(at, 6, part));
      if (block.dtype != tensor.dtype) {
        ThrowBadInput(source_->Where(), ": tensors ", name, " and ", other,
                      ": expected one type, found ", DTypeName(tensor.dtype), " and ",
                      DTypeName(block.dtype));
      }
      written.shape[0] += block.shape[0];
      written.parts.push_back(Bytes(block));
    }
  }
  tensors->push_back(std::move(written));
}

checkpoint::TorchStrings Converter::KeptFiles() const {
  checkpoint::TorchStrings files;
  for (const char* name : kSettingsFiles) {
    const std::string path = directory_ + "/" + name;
    if (checkpoint::EntryExists(path)) files.emplace_back(name, ReadText(path));
  }
  files.emplace_back(kKeptSpelling, new_spelling_ ? kNewSpelling : "pair");
  return files;
}

void Converter::WriteLm() {
  TorchTensors tensors, kept;
  for (const std::string& name : source_->Names()) {
    if (name.starts_with(kT5Prefix) || name.starts_with(kCodecPrefix)) continue;
    if (name == "decoder.model.decoder.embed_positions.weights") {
      const TensorView tensor = source_->Get(name);
      kept.push_back({name, tensor.dtype, tensor.shape, {Bytes(tensor)}});
      continue;
    }
    AddLm(name, &tensors);
  }
  // Between equal widths transformers has no projection, and AudioCraft always has one.
  if (!source_->Has(conditioning::kTextProjection.weight)) {
    const int64_t width = ac_.lm.width;
    identity_.assign(static_cast<size_t>(width * width), 0.0f);
    zeros_.assign(static_cast<size_t>(width), 0.0f);
    for (int64_t i = 0; i < width; ++i) identity_[static_cast<size_t>(i * width + i)] = 1.0f;
    const auto bytes = [](const std::vector<float>& values) {
      return std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * 4);
    };
    const std::string base = "condition_provider.conditioners.description.output_proj.";
    tensors.push_back({base + "weight", DType::kF32, {width, width}, {bytes(identity_)}});
    tensors.push_back({base + "bias", DType::kF32, {width}, {bytes(zeros_)}});
  }
  checkpoint::WriteTorchFile(out_ + "/" + model::kStateFile,
                             {{"best_state", tensors},
                              {"xp.cfg", model::AudioCraftYaml(ac_)},
                              {"version", std::string(kVersion)},
                              {"exported", true},
                              {kKeptFiles, KeptFiles()},
                              {kKeptTensors, kept}});
}

}  // namespace

void ConvertToAudioCraft(const std::string& directory, const std::string& out) {
  Converter(directory, out).Run();
}

}  // namespace musicgen::convert
