#include <algorithm>
#include <optional>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "generate/audiocraft_files.h"
#include "generate/convert.h"
#include "generate/convert_files.h"
#include "generate/decimal.h"
#include "generate/new_folder.h"

namespace musicgen::generate {
namespace {

using checkpoint::TensorSource;
using checkpoint::TorchFile;

// transformers fixes the pattern: codebook k is delayed by k frames, stereo pairs together.
void CheckPattern(const ModelFiles& files) {
  const lm::PatternConfig& pattern = files.lm.pattern;
  bool fits = pattern.kind == lm::PatternConfig::Kind::kDelay && pattern.flatten_first == 0 &&
              pattern.empty_initial == 0;
  for (size_t k = 0; fits && k < pattern.delays.size(); ++k) {
    fits = pattern.delays[k] == static_cast<int64_t>(k) / files.lm.audio_channels;
  }
  if (fits) return;
  ThrowBadInput(Printable(files.directory), ": the Hugging Face layout has no other codebook ",
                "pattern than delays of 0, 1, 2, …");
}

std::string DecoderJson(const lm::LmConfig& lm) {
  return StrCat(
      R"({"model_type":")", lm.cross_attention ? "musicgen_decoder" : "musicgen_melody_decoder",
      R"(","vocab_size":)", lm.codebook_size, R"(,"hidden_size":)", lm.width,
      R"(,"num_hidden_layers":)", lm.layers, R"(,"num_attention_heads":)", lm.heads,
      R"(,"ffn_dim":)", lm.ffn_width, R"(,"num_codebooks":)", lm.codebooks, R"(,"audio_channels":)",
      lm.audio_channels,
      R"(,"activation_function":"gelu","max_position_embeddings":2048,"scale_embedding":false)",
      R"(,"tie_word_embeddings":false,"pad_token_id":)", lm.codebook_size, R"(,"bos_token_id":)",
      lm.codebook_size, "}");
}

// The codec's and the T5's configurations come as their own texts.
std::string ConfigJson(const ModelFiles& files, const std::string& t5, const std::string& codec) {
  const std::string melody =
      files.melody ? StrCat(R"(,"num_chroma":)", files.melody->chroma.classes,
                            R"(,"chroma_length":)", files.melody->chroma_length)
                   : "";
  return StrCat(
      R"({"model_type":")", files.model_type, R"(","architectures":[")",
      files.melody ? "MusicgenMelodyForConditionalGeneration" : "MusicgenForConditionalGeneration",
      R"("],"is_encoder_decoder":true)", melody, R"(,"text_encoder":)", t5, R"(,"audio_encoder":)",
      codec, R"(,"decoder":)", DecoderJson(files.lm), "}\n");
}

std::string GenerationJson(const ModelFiles& files) {
  const int64_t special = files.lm.codebook_size;
  return StrCat(
      R"({"decoder_start_token_id":)", special, R"(,"pad_token_id":)", special,
      R"(,"bos_token_id":)", special, R"(,"max_length":)",
      static_cast<int64_t>(files.max_duration_s * static_cast<double>(files.codec.frame_rate())),
      R"(,"do_sample":true,"guidance_scale":)", Decimal(files.two_step_coef.value_or(3.0)), "}\n");
}

std::string PreprocessorJson(const ModelFiles& files) {
  if (!files.melody) {
    return StrCat(R"({"feature_extractor_type":"EncodecFeatureExtractor","feature_size":)",
                  files.lm.audio_channels, R"(,"sampling_rate":)", files.codec.sample_rate_hz,
                  R"(,"padding_side":"left","padding_value":0.0,"return_attention_mask":true)",
                  R"(,"chunk_length_s":null,"overlap":null})", "\n");
  }
  const conditioning::ChromaConfig& chroma = files.melody->chroma;
  return StrCat(R"({"feature_extractor_type":"MusicgenMelodyFeatureExtractor","feature_size":)",
                chroma.classes, R"(,"num_chroma":)", chroma.classes, R"(,"sampling_rate":)",
                chroma.sample_rate_hz, R"(,"hop_length":)", chroma.hop_samples, R"(,"n_fft":)",
                chroma.n_fft, R"(,"chunk_length":)", static_cast<int64_t>(files.max_duration_s),
                R"(,"stem_indices":[3,2],"padding_side":"left","padding_value":0.0)",
                R"(,"return_attention_mask":false})", "\n");
}

bool IsIdentity(const TensorView& weight, const TensorView& bias) {
  const std::vector<float> values = ToFloats(weight), shift = ToFloats(bias);
  const auto width = static_cast<size_t>(weight.shape[0]);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != (i / width == i % width ? 1.0f : 0.0f)) return false;
  }
  return std::all_of(shift.begin(), shift.end(), [](float value) { return value == 0.0f; });
}

class Collector {
 public:
  explicit Collector(const ModelFiles& files) : files_(files) {}

  void AddLm() {
    const TensorSource& source = *files_.lm_tensors.source;
    // Between equal widths transformers has no projection.
    const bool square = files_.t5.d_model == files_.lm.width && !files_.melody;
    if (square &&
        !IsIdentity(source.Get("enc_to_dec_proj.weight"), source.Get("enc_to_dec_proj.bias"))) {
      ThrowBadInput(source.Where(),
                    ": the Hugging Face layout has no projection between equal "
                    "widths, and this model's is not the identity");
    }
    for (const std::string& name : source.Names()) {
      if (square && name.starts_with("enc_to_dec_proj.")) continue;
      Add(source.Get(name), name);
    }
  }
  void AddT5() {
    const auto& [source, prefix] = files_.t5_tensors;
    for (const std::string& name : source->Names()) {
      if (!name.starts_with(prefix)) continue;
      const std::string inner = name.substr(prefix.size());
      // The decoder half of a whole T5 has no place.
      if (inner != "shared.weight" && !inner.starts_with("encoder.")) continue;
      Add(source->Get(name), "text_encoder." + inner);
    }
  }
  void AddCodec(bool new_spelling) {
    const auto& [source, prefix] = files_.codec_tensors;
    for (const std::string& name : source->Names()) {
      std::string inner = name.substr(prefix.size());
      for (const auto& [from, to] : {std::pair(".weight_g", ".parametrizations.weight.original0"),
                                     {".weight_v", ".parametrizations.weight.original1"}}) {
        if (new_spelling && inner.ends_with(from)) inner.replace(inner.size() - 9, 9, to);
      }
      Add(source->Get(name), "audio_encoder." + inner);
    }
  }
  void AddKept(const TensorSource& source) {
    for (const std::string& name : source.Names()) Add(source.Get(name), name);
  }
  void Write(const std::string& path) const {
    checkpoint::WriteSafetensors(path, tensors_, {{"format", "pt"}});
  }

 private:
  void Add(const TensorView& tensor, const std::string& name) {
    for (const checkpoint::TensorToWrite& known : tensors_) {
      if (known.name == name) ThrowBadInput("tensor ", Printable(name), ": found in two files");
    }
    tensors_.push_back({name, tensor.dtype, tensor.shape, tensor.data});
  }

  const ModelFiles& files_;
  std::vector<checkpoint::TensorToWrite> tensors_;
};

}  // namespace

void ConvertToHuggingFace(const std::string& directory, const std::string& text_encoder,
                          const std::string& codec, const std::string& target) {
  NewFolder folder(target);
  const std::string out = folder.stage();
  const ModelFiles files = OpenAudioCraft(directory, text_encoder, codec);
  CheckPattern(files);
  const auto state = TorchFile::Open(directory + "/" + kStateFile);
  const auto kept = [&](const char* name) {
    return state->String(std::string(kKeptFiles) + "/" + name);
  };
  // Another T5 or codec than the kept configuration speaks of makes it void.
  const bool whole = text_encoder.empty() && codec.empty();

  Collector tensors(files);
  tensors.AddLm();
  tensors.AddT5();
  tensors.AddCodec(whole && kept(kKeptSpelling) == "parametrizations");
  const bool has_kept = state->IsDict(kKeptTensors);
  const auto kept_tensors = has_kept ? OpenTorchTensors(state, kKeptTensors) : nullptr;
  if (kept_tensors != nullptr) tensors.AddKept(*kept_tensors);

  tensors.Write(out + "/model.safetensors");
  const std::string made[] = {
      ConfigJson(files, ReadText(files.tokenizer_directory + "/config.json"), files.codec_json),
      GenerationJson(files), PreprocessorJson(files)};
  for (size_t i = 0; i < std::size(made); ++i) {
    const std::optional<std::string> text = kept(kSettingsFiles[i]);
    WriteText(out + "/" + kSettingsFiles[i], whole && text ? *text : made[i]);
  }
  CopyTokenizer(files.tokenizer_directory, out);
  CopyCard(directory, out);
  folder.Commit();
}

}  // namespace musicgen::generate
