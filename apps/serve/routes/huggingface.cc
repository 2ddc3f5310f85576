// Hugging Face's inference API: text to audio at /models/{…} and at the bare address.
#include <utility>

#include "serve/routes/failure_bodies.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/sound_answer.h"

namespace musicgen::serve {
namespace {

// The names of transformers' generate.
std::vector<Field> ParameterFields(const Service& service, bool with_inner) {
  const double most_s = service.jobs.limits().duration_s;
  std::vector<Field> fields = {
      Integer("max_new_tokens", "Length in steps of 1/50 s; 503 if absent", 4, most_s * 50),
      Above(Number("duration", "Length in seconds instead", 0, most_s)),
      Number("guidance_scale", "Strength of the prompt", 0, kMostFactor),
      Number("temperature", "0 takes always the most probable code", 0, kMostFactor),
      Integer("top_k", "Draw among the k most probable codes", 0, kMostTopK),
      Number("top_p", "Above 0: draw among the most probable of this probability", 0, 1),
      Boolean("do_sample", "false: always the most probable code", true),
      SeedField()};
  if (with_inner) {
    for (const char* name : {"generation_parameters", "generate_kwargs"}) {
      fields.push_back(Object(name, "The same", ParameterFields(service, false)));
    }
  }
  return fields;
}

void ReadParameters(const FieldValues& fields, GenerationParams& params) {
  if (const std::optional<int64_t> tokens = fields.Integer("max_new_tokens")) {
    params.duration_s = DurationOfTokens(*tokens);
  }
  if (const std::optional<double> duration_s = fields.Number("duration")) {
    params.duration_s = *duration_s;
  }
  ReadSampling(fields, params);
  params.use_sampling = fields.Boolean("do_sample", true);
}

// What the Accept header asks for first; FLAC otherwise, as there.
std::string FormatOf(const Request& request) {
  const std::string_view accept = request.Find("Accept").value_or("");
  for (const auto& [type, format] :
       {std::pair("audio/wav", "wav"), std::pair("audio/x-wav", "wav"),
        std::pair("audio/mpeg", "mp3"), std::pair("audio/mp3", "mp3"),
        std::pair("audio/ogg", "opus"), std::pair("audio/opus", "opus")}) {
    if (accept.substr(0, std::string_view(type).size()) == type) return format;
  }
  return "flac";
}

void Infer(Service& service, const Call& call) {
  Order order;
  std::string model;
  for (const std::string& part : call.request().parameters) {
    model += (model.empty() ? "" : "/") + part;
  }
  order.job.model =
      model.empty() ? DefaultModel(service.jobs) : FindModel(service.jobs, model).value_or(model);
  order.job.request.prompt = call.fields.Text("inputs");
  GenerationParams& params = order.job.request.params;
  params.duration_s = kUsualDurationS;
  FieldValues parameters;
  if (const Json* given = call.fields.Find("parameters")) {
    Json flat = *given;
    for (const char* inner : {"generation_parameters", "generate_kwargs"}) {
      if (given->contains(inner) && given->at(inner).is_object()) flat.update(given->at(inner));
    }
    parameters = FieldValues::FromObject(ParameterFields(service, false), OtherFields::kIgnored,
                                         flat, "parameters.");
  }
  ReadParameters(parameters, params);
  order.job.seed = ReadSeed(parameters);
  SoundFormat format;
  format.name = FormatOf(call.request());
  Prepare(service, call, std::move(order),
          [&service, call, format](JobRequest job, const ModelInfo&) {
            FileAnswer(service, call, std::move(job), format);
          });
}

Operation Make(Service& service, const char* path, const char* id) {
  Operation operation;
  operation.method = "POST";
  operation.path = path;
  operation.id = id;
  operation.summary = "Music in the shape of Hugging Face's inference API";
  operation.tag = "Compatible with others";
  operation.body = BodyKind::kJson;
  operation.fields = {
      Required(
          Text("inputs", "What the music should be like", service.jobs.limits().prompt_characters)),
      Object("parameters", "As transformers' generate has them", ParameterFields(service, true))};
  operation.failure_body = ErrorText;
  operation.failure_schema = ErrorTextSchema();
  operation.answers = {{200, "The sound", "audio/*"}};
  operation.failures = {404, 409, 429, 503, 507};
  operation.run = [&service](const Call& call) { Infer(service, call); };
  return operation;
}

}  // namespace

void AddHuggingFace(Service& service, Operations& operations) {
  operations.push_back(Make(service, "/", "infer"));
  operations.push_back(Make(service, "/models/{name}", "infer_with_model"));
  operations.push_back(Make(service, "/models/{owner}/{name}", "infer_with_hub_model"));
}

}  // namespace musicgen::serve
