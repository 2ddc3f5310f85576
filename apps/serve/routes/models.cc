// What can be asked of which model: /v1/models, /v1/audio/voices and /props.
#include <utility>

#include "musicgen/musicgen.hpp"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"

namespace musicgen::serve {
namespace {

Json ModelEntry(const ModelStatus& model) {
  return {{"id", model.id}, {"object", "model"}, {"created", 0}, {"owned_by", "musicgen"}};
}

Json ModelSchema() {
  const Json text = {{"type", "string"}};
  return {
      {"type", "object"},
      {"properties",
       {{"id", text}, {"object", text}, {"created", {{"type", "integer"}}}, {"owned_by", text}}},
      {"required", Json::array({"id", "object", "created", "owned_by"})}};
}

Json ModelList(const Service& service) {
  Json data = Json::array();
  for (const ModelStatus& model : service.jobs.models()) data.push_back(ModelEntry(model));
  return {{"object", "list"}, {"data", data}};
}

void OneModel(const Service& service, const Call& call) {
  for (const ModelStatus& model : service.jobs.models()) {
    if (model.id == call.parameter(0)) return call.Answer(200, ModelEntry(model));
  }
  throw Refusal({404, "there is no model of this name: /v1/models lists them", "not_found_error",
                 "model", "model_not_found"});
}

// What each model can do, and how it is sampled where a request leaves it open.
Json ModelProps(const ModelStatus& model) {
  Json json = {{"id", model.id}, {"loaded", model.loaded}, {"loading", model.loading}};
  const ModelInfo& info = model.info;
  json["type"] = info.model_type;
  json["licence"] = info.licence;
  json["precision"] = PrecisionName(info.precision);
  json["device"] = model.device;
  json["melody"] = info.model_type == "musicgen_melody";
  json["style"] = info.model_type == "musicgen_style";
  json["stereo"] = info.audio_channels == 2;
  json["audio_channels"] = info.audio_channels;
  json["sample_rate"] = info.sample_rate_hz;
  json["frame_rate"] = info.frame_rate_hz;
  json["max_duration_s"] = info.max_duration_s;
  json["defaults"] = {{"temperature", info.sampling.temperature},
                      {"top_k", info.sampling.top_k},
                      {"top_p", info.sampling.top_p},
                      {"guidance_scale", info.sampling.cfg_coef},
                      {"audio_length", kUsualDurationS}};
  return json;
}

Json Limits(const Service& service) {
  const JobLimits& jobs = service.jobs.limits();
  const HttpLimits& http = service.options.http;
  return {{"prompt_characters", jobs.prompt_characters},
          {"audio_length_s", jobs.duration_s},
          {"n", jobs.takes},
          {"parallel", jobs.parallel},
          {"queue", jobs.queue},
          {"kept_jobs", jobs.kept_jobs},
          {"kept_s", jobs.kept_s},
          {"header_bytes", http.header_bytes},
          {"json_bytes", http.json_bytes},
          {"upload_bytes", http.upload_bytes},
          {"upload_s", service.options.upload.sound_s}};
}

Json Props(const Service& service) {
  const std::vector<ModelStatus> served = service.jobs.models();
  Json models = Json::array();
  for (const ModelStatus& model : served) models.push_back(ModelProps(model));
  return {{"version", Version()},
          {"device", served.front().device},  // of the model that is taken where none is named
          {"ready", service.jobs.ready()},
          {"default_model", DefaultModel(service.jobs)},
          {"formats", Json::array({"wav", "mp3", "flac", "opus", "pcm"})},
          {"limits", Limits(service)},
          {"models", models}};
}

Operation Make(const char* path, const char* id, const char* summary) {
  Operation operation;
  operation.path = path;
  operation.id = id;
  operation.summary = summary;
  operation.tag = "Server";
  return operation;
}

}  // namespace

void AddModels(Service& service, Operations& operations) {
  Operation list = Make("/v1/models", "list_models", "The models that are served");
  list.answers = {{200,
                   "The models",
                   "application/json",
                   {{"type", "object"},
                    {"properties",
                     {{"object", {{"type", "string"}}},
                      {"data", {{"type", "array"}, {"items", ModelSchema()}}}}},
                    {"required", Json::array({"object", "data"})}}}};
  list.run = [&service](const Call& call) { call.Answer(200, ModelList(service)); };
  operations.push_back(std::move(list));

  Operation one = Make("/v1/models/{model}", "get_model", "One of them");
  one.answers = {{200, "The model", "application/json", ModelSchema()}};
  one.failures = {404};
  one.run = [&service](const Call& call) { OneModel(service, call); };
  operations.push_back(std::move(one));

  Operation voices = Make("/v1/audio/voices", "list_voices", "For clients of speech: one voice");
  voices.answers = {{200, "The voices", "application/json", {{"type", "object"}}}};
  voices.run = [](const Call& call) { call.Answer(200, {{"voices", Json::array({"default"})}}); };
  operations.push_back(std::move(voices));

  Operation props = Make("/props", "get_props", "Version, limits, and what each model can do");
  props.answers = {{200, "The properties", "application/json", {{"type", "object"}}}};
  props.run = [&service](const Call& call) { call.Answer(200, Props(service)); };
  operations.push_back(std::move(props));
}

}  // namespace musicgen::serve
