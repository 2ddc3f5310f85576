// What a model's files say.

#include "c_api/guard.h"
#include "c_api/model.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

template <class T>
T Field(const mg_model* model, T ModelInfo::*field) {
  return Value([&] { return Get(model)->model.info().*field; });
}

const char* TextField(const mg_model* model, std::string ModelInfo::*field) {
  return Value([&] { return (Get(model)->model.info().*field).c_str(); });
}

// The model keeps it.
const LoraFile& LoraAt(const mg_model* model, size_t index) {
  const std::vector<LoraFile>& loras = Get(model)->model.info().loras;
  CheckIndex("loras", index, loras.size());
  return loras[index];
}

}  // namespace

const char* mg_precision_name(mg_precision precision) {
  return PrecisionName(static_cast<Precision>(precision));
}

const char* mg_model_path(const mg_model* model) { return TextField(model, &ModelInfo::path); }

const char* mg_model_type(const mg_model* model) {
  return TextField(model, &ModelInfo::model_type);
}

const char* mg_model_licence(const mg_model* model) {
  return TextField(model, &ModelInfo::licence);
}

const char* mg_model_file_dtype(const mg_model* model) {
  return TextField(model, &ModelInfo::file_dtype);
}

mg_precision mg_model_precision(const mg_model* model) {
  return static_cast<mg_precision>(Field(model, &ModelInfo::precision));
}

int32_t mg_model_threads(const mg_model* model) {
  return Value([&] { return Get(model)->model.threads(); });
}

int64_t mg_model_sample_rate_hz(const mg_model* model) {
  return Field(model, &ModelInfo::sample_rate_hz);
}

int64_t mg_model_frame_rate_hz(const mg_model* model) {
  return Field(model, &ModelInfo::frame_rate_hz);
}

int64_t mg_model_hop_samples(const mg_model* model) {
  return Field(model, &ModelInfo::hop_samples);
}

int64_t mg_model_audio_channels(const mg_model* model) {
  return Field(model, &ModelInfo::audio_channels);
}

int64_t mg_model_codebooks(const mg_model* model) { return Field(model, &ModelInfo::codebooks); }

int64_t mg_model_codebook_size(const mg_model* model) {
  return Field(model, &ModelInfo::codebook_size);
}

double mg_model_max_duration_s(const mg_model* model) {
  return Field(model, &ModelInfo::max_duration_s);
}

double mg_model_temperature(const mg_model* model) {
  return Field(model, &ModelInfo::sampling).temperature;
}

int64_t mg_model_top_k(const mg_model* model) { return Field(model, &ModelInfo::sampling).top_k; }
double mg_model_top_p(const mg_model* model) { return Field(model, &ModelInfo::sampling).top_p; }

double mg_model_cfg_coef(const mg_model* model) {
  return Field(model, &ModelInfo::sampling).cfg_coef;
}

int64_t mg_model_style_codebooks(const mg_model* model) {
  return Field(model, &ModelInfo::style).codebooks;
}

int64_t mg_model_style_eval_q(const mg_model* model) {
  return Field(model, &ModelInfo::style).eval_q;
}

double mg_model_style_excerpt_s(const mg_model* model) {
  return Field(model, &ModelInfo::style).excerpt_s;
}

int64_t mg_model_style_ds_factor(const mg_model* model) {
  return Field(model, &ModelInfo::style).ds_factor;
}

int64_t mg_model_hidden_size(const mg_model* model) {
  return Field(model, &ModelInfo::hidden_size);
}

int64_t mg_model_layers(const mg_model* model) { return Field(model, &ModelInfo::layers); }

int64_t mg_model_heads(const mg_model* model) { return Field(model, &ModelInfo::heads); }

int64_t mg_model_ffn_dim(const mg_model* model) { return Field(model, &ModelInfo::ffn_dim); }

int64_t mg_model_text_width(const mg_model* model) { return Field(model, &ModelInfo::text_width); }

int64_t mg_model_text_layers(const mg_model* model) {
  return Field(model, &ModelInfo::text_layers);
}

int64_t mg_model_text_vocabulary(const mg_model* model) {
  return Field(model, &ModelInfo::text_vocabulary);
}

uint64_t mg_model_lm_parameters(const mg_model* model) {
  return Field(model, &ModelInfo::lm_parameters);
}

uint64_t mg_model_text_parameters(const mg_model* model) {
  return Field(model, &ModelInfo::text_parameters);
}

uint64_t mg_model_codec_parameters(const mg_model* model) {
  return Field(model, &ModelInfo::codec_parameters);
}

mg_status mg_model_memory_need(const mg_model* model, mg_precision precision,
                               uint64_t* weights_bytes, uint64_t* cache_bytes_per_stream) {
  return Guard([&] {
    const auto from = Get(model);
    const auto& needs = from->model.info().memory;
    const auto found = needs.find(PrecisionName(EnumOf("precision", precision, Precision::kQ4)));
    if (found == needs.end()) {
      ThrowBadInput("precision: expected one that is not auto, found ", precision);
    }
    if (weights_bytes != nullptr) *weights_bytes = found->second.weights_bytes;
    if (cache_bytes_per_stream != nullptr) {
      *cache_bytes_per_stream = found->second.cache_bytes_per_stream;
    }
  });
}

size_t mg_model_lora_count(const mg_model* model) {
  return Value([&] { return Get(model)->model.info().loras.size(); });
}

const char* mg_model_lora_path(const mg_model* model, size_t index) {
  return Value([&] { return LoraAt(model, index).path.c_str(); });
}

double mg_model_lora_strength(const mg_model* model, size_t index) {
  return Value([&] { return LoraAt(model, index).strength; });
}

size_t mg_model_warning_count(const mg_model* model) {
  return Value([&] { return Get(model)->model.info().warnings.size(); });
}

const char* mg_model_warning(const mg_model* model, size_t index) {
  return Value([&] {
    const std::vector<std::string>& warnings = Get(model)->model.info().warnings;
    CheckIndex("warnings", index, warnings.size());
    return warnings[index].c_str();
  });
}
