// A model that is loaded once and shared.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "musicgen/codes.hpp"
#include "musicgen/generate_options.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/handle_values.hpp"
#include "musicgen/model_info.hpp"
#include "musicgen/model_options.hpp"
#include "musicgen/score.hpp"
#include "musicgen/style.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// Immutable to its users, who may be on several threads. What they generate shares each pass over
// the weights (session.hpp); the rest takes turns.
class Model {
 public:
  // Reads the configuration and checks every tensor's name, type and shape. The weights of a stage
  // are loaded when it is first needed, or all at once by Load().
  explicit Model(const ModelOptions& options) {
    detail::Check(mg_model_open(detail::ToHandle(options).get(), model_.out()));
    ReadInfo();
  }

  const ModelInfo& info() const { return info_; }
  int threads() const { return mg_model_threads(model_.get()); }
  // For what the C interface has beside this one.
  mg_model* handle() const { return model_.get(); }

  // Loads what generating needs. Throws Error(kOutOfMemory) before anything is read when memory
  // will not suffice for the weights and `streams` ≥ 1 streams of `duration_s`, at most a day.
  void Load(int streams = 1, double duration_s = 30.0) {
    detail::Check(mg_model_load(model_.get(), streams, duration_s));
  }

  // Token ids with the end token, as the text encoder receives them.
  std::vector<int32_t> Tokenize(const std::string& text) const {
    std::vector<int32_t> ids(text.size() + 1);  // a token is a byte at least
    size_t count = 0;
    for (bool fits = false; !fits; fits = count <= ids.size()) {
      ids.resize(count > ids.size() ? count : ids.size());
      detail::Check(mg_model_tokenize(model_.get(), detail::CString("text", text), ids.data(),
                                      ids.size(), &count));
    }
    ids.resize(count);
    return ids;
  }

  // Generates a batch; each request gets what it would get alone. Where a callback stopped it, some
  // results are not complete. Throws the Error of the first request that failed. Callbacks come
  // from this thread; what one throws ends the call, which throws it again.
  std::vector<GenerationResult> Generate(std::span<const GenerationRequest> requests,
                                         const GenerateOptions& options = {}) {
    if (requests.empty()) return {};
    Calls calls{options, info_.sample_rate_hz, nullptr};
    const std::vector<detail::RequestHandle> handles = detail::ToHandles(requests);
    detail::ResultsHandle results;
    const mg_status status = mg_model_generate(model_.get(), detail::Raw(handles).data(),
                                               handles.size(), calls.Handle().get(), results.out());
    if (calls.thrown) std::rethrow_exception(calls.thrown);
    if (status != MG_CANCELLED) detail::Check(status);
    std::vector<GenerationResult> made(mg_results_count(results.get()));
    for (size_t i = 0; i < made.size(); ++i) {
      detail::CodesHandle codes;
      detail::WaveformHandle audio;
      detail::Check(mg_results_codes(results.get(), i, codes.out()));
      detail::Check(mg_results_audio(results.get(), i, audio.out()));
      made[i] = {detail::FromHandle(codes), detail::FromHandle(audio),
                 mg_results_is_complete(results.get(), i) == 1};
    }
    return made;
  }

  // Prompt, melody, style and their guidance of the request matter.
  ScoreResult Score(const GenerationRequest& request, const Codes& codes, bool keep_logits) {
    detail::ScoreHandle score;
    detail::Check(mg_model_score(model_.get(), detail::ToHandle(request).get(),
                                 detail::ToHandle(codes).get(), keep_logits ? 1 : 0, score.out()));
    ScoreResult result;
    result.codebooks = mg_score_codebooks(score.get());
    result.frames = mg_score_frames(score.get());
    result.codebook_size = mg_score_codebook_size(score.get());
    const double* entropy = mg_score_cross_entropy(score.get());
    result.cross_entropy.assign(entropy, entropy + result.codebooks);
    const auto copy = [&](const float* logits, std::vector<float>* to) {
      if (logits == nullptr) return;
      to->assign(logits, logits + result.codebooks * result.frames * result.codebook_size);
    };
    copy(mg_score_conditional(score.get()), &result.conditional);
    copy(mg_score_unconditional(score.get()), &result.unconditional);
    copy(mg_score_guided(score.get()), &result.guided);
    copy(mg_score_style(score.get()), &result.style);
    return result;
  }

  // Codes [K, T] to sound [C, 640·T].
  Waveform Decode(const Codes& codes) {
    detail::WaveformHandle audio;
    detail::Check(mg_model_decode(model_.get(), detail::ToHandle(codes).get(), audio.out()));
    return detail::FromHandle(audio);
  }
  // Sound of any rate and channels to codes [K, T].
  Codes Encode(const Waveform& audio) {
    detail::CodesHandle codes;
    detail::Check(
        mg_model_encode(model_.get(), detail::ToHandle("audio", audio).get(), codes.out()));
    return detail::FromHandle(codes);
  }

  // What a style model makes of the request's style.
  Style StyleOf(const GenerationRequest& request) {
    detail::StyleHandle handle;
    detail::Check(mg_model_style(model_.get(), detail::ToHandle(request).get(), handle.out()));
    detail::CodesHandle codes;
    detail::Check(mg_style_codes(handle.get(), codes.out()));
    Style style{detail::FromHandle(codes),
                mg_style_vectors(handle.get()),
                mg_style_width(handle.get()),
                {}};
    const float* condition = mg_style_condition(handle.get());
    style.condition.assign(condition, condition + style.vectors * style.width);
    return style;
  }

  // What a sound file says about its making, as JSON: enough to make it again, and neither time nor
  // host, so that equal requests give equal files. A prompt too long for a file's comment loses its
  // end, and the comment says so (prompt_is_cut). Goes into Encoding::comment.
  std::string Provenance(const GenerationRequest& request) const {
    detail::BytesHandle bytes;
    const GenerationRequest silent = Silent(request);
    detail::Check(mg_provenance(model_.get(), detail::ToHandle(silent).get(), bytes.out()));
    return reinterpret_cast<const char*>(mg_bytes_data(bytes.get()));
  }

  // What separates the stems of the request's melody, "htdemucs 955717e8", or "none"; "" without a
  // melody, or of a model that hears none. Throws where they are to be separated and no weights are
  // found.
  std::string Stems(const GenerationRequest& request) const {
    detail::BytesHandle bytes;
    detail::Check(
        mg_model_stems(model_.get(), detail::ToHandle(Silent(request)).get(), bytes.out()));
    return reinterpret_cast<const char*>(mg_bytes_data(bytes.get()));
  }

 private:
  // The request without its sounds, for where only their presence counts.
  static GenerationRequest Silent(const GenerationRequest& request) {
    GenerationRequest silent{request.prompt, request.params, {}, {}, {}};
    if (request.melody) silent.melody = Waveform(1, 1, 1);
    return silent;
  }

  // Callbacks on their way through C.
  struct Calls {
    const GenerateOptions& options;
    int64_t sample_rate_hz;
    std::exception_ptr thrown;

    detail::GenerateOptionsHandle Handle() {
      detail::GenerateOptionsHandle handle;
      detail::Check(mg_generate_options_new(handle.out()));
      detail::Check(
          mg_generate_options_set_decode_audio(handle.get(), options.decode_audio ? 1 : 0));
      if (options.progress) {
        detail::Check(mg_generate_options_set_progress(handle.get(), OnProgress, this));
      }
      if (options.audio) {
        detail::Check(mg_generate_options_set_audio(handle.get(), OnAudio, this));
      }
      return handle;
    }

    template <class Call>
    int32_t Try(const Call& call) noexcept {
      try {
        return call() ? MG_CONTINUE : MG_STOP;
      } catch (...) {
        thrown = std::current_exception();
        return MG_STOP;
      }
    }
    static int32_t OnProgress(int64_t steps_done, int64_t steps_total, void* user) {
      auto* calls = static_cast<Calls*>(user);
      return calls->Try([&] { return calls->options.progress({steps_done, steps_total}); });
    }
    static int32_t OnAudio(size_t index, const float* values, int64_t channels, int64_t samples,
                           void* user) {
      auto* calls = static_cast<Calls*>(user);
      return calls->Try([&] {
        Waveform chunk;
        chunk.sample_rate_hz = calls->sample_rate_hz;
        chunk.channels = channels;
        chunk.samples = samples;
        chunk.values.assign(values, values + channels * samples);
        return calls->options.audio(index, chunk);
      });
    }
  };

  void ReadInfo() {
    const mg_model* model = model_.get();
    info_.path = mg_model_path(model);
    info_.model_type = mg_model_type(model);
    info_.licence = mg_model_licence(model);
    info_.file_dtype = mg_model_file_dtype(model);
    info_.precision = static_cast<Precision>(mg_model_precision(model));
    info_.hidden_size = mg_model_hidden_size(model);
    info_.layers = mg_model_layers(model);
    info_.heads = mg_model_heads(model);
    info_.ffn_dim = mg_model_ffn_dim(model);
    info_.codebooks = mg_model_codebooks(model);
    info_.codebook_size = mg_model_codebook_size(model);
    info_.audio_channels = mg_model_audio_channels(model);
    info_.sample_rate_hz = mg_model_sample_rate_hz(model);
    info_.frame_rate_hz = mg_model_frame_rate_hz(model);
    info_.hop_samples = mg_model_hop_samples(model);
    info_.max_duration_s = mg_model_max_duration_s(model);
    info_.sampling = {mg_model_temperature(model), mg_model_top_k(model), mg_model_top_p(model),
                      mg_model_cfg_coef(model)};
    info_.style = {mg_model_style_codebooks(model), mg_model_style_eval_q(model),
                   mg_model_style_excerpt_s(model), mg_model_style_ds_factor(model)};
    info_.text_width = mg_model_text_width(model);
    info_.text_layers = mg_model_text_layers(model);
    info_.text_vocabulary = mg_model_text_vocabulary(model);
    info_.lm_parameters = mg_model_lm_parameters(model);
    info_.text_parameters = mg_model_text_parameters(model);
    info_.codec_parameters = mg_model_codec_parameters(model);
    for (const Precision precision :
         {Precision::kF32, Precision::kF16, Precision::kBF16, Precision::kQ8, Precision::kQ4}) {
      MemoryNeed& need = info_.memory[PrecisionName(precision)];
      detail::Check(mg_model_memory_need(model, static_cast<mg_precision>(precision),
                                         &need.weights_bytes, &need.cache_bytes_per_stream));
    }
    for (size_t i = 0; i < mg_model_lora_count(model); ++i) {
      info_.loras.push_back({mg_model_lora_path(model, i), mg_model_lora_strength(model, i)});
    }
    for (size_t i = 0; i < mg_model_warning_count(model); ++i) {
      info_.warnings.emplace_back(mg_model_warning(model, i));
    }
  }

  detail::ModelHandle model_;
  ModelInfo info_;
};

// Writes the model in another layout: where `out` ends in .gguf, as one GGUF file; else a Hugging
// Face directory as AudioCraft's files, and AudioCraft's files or a GGUF file as a Hugging Face
// directory, into a new or an empty folder. The file, or all of the files, or nothing is written.
// Of the options all but `reference` count. `precision` is the format of the weights in the file:
// kAuto leaves every tensor as it is, so that there and back gives identical tensors; kQ8 and kQ4
// are GGUF's alone, and AudioCraft's files take kAuto alone. Quantised tensors of a GGUF file come
// back as f32. Returns ModelInfo::warnings.
inline std::vector<std::string> Convert(const ModelOptions& options, const std::string& out) {
  detail::StringsHandle strings;
  detail::Check(mg_convert(detail::ToHandle(options).get(), out.c_str(), strings.out()));
  std::vector<std::string> warnings;
  for (size_t i = 0; i < mg_strings_count(strings.get()); ++i) {
    warnings.emplace_back(mg_strings_get(strings.get(), i));
  }
  return warnings;
}

}  // namespace musicgen
