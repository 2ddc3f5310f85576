// Replicate's predictions, with the parameters of its MusicGen.
#include <charconv>
#include <cmath>
#include <ctime>
#include <memory>
#include <utility>

#include "serve/routes/base64.h"
#include "serve/routes/failure_bodies.h"
#include "serve/routes/job_json.h"
#include "serve/routes/kept_orders.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"
#include "serve/routes/when_ended.h"

namespace musicgen::serve {
namespace {

constexpr double kUsualDurationOfReplicateS = 8;
constexpr double kLongestWaitS = 60, kCancelWaitS = 5;
constexpr size_t kLongestShown = 1024;  // of a text of `input` that is told back

struct Prediction {
  Json input;
  std::string model, version, format, strategy, base;  // base: the server as its client names it
};

using Predictions = KeptOrders<Prediction>;

std::vector<Field> InputFields(const Service& service) {
  const double most_s = service.jobs.limits().duration_s;
  return {
      Text("model_version", "A model that is served; the first for others"),
      Text("prompt", "What the music should be like", service.jobs.limits().prompt_characters),
      Text("input_audio", "Sound as a data: URI: a melody, or with continuation what to continue"),
      Integer("duration", "Seconds", 1, most_s, kUsualDurationOfReplicateS),
      Boolean("continuation", "Continue input_audio instead of following its melody", false),
      Integer("continuation_start", "Of input_audio, in seconds", 0, most_s, 0),
      Integer("continuation_end", "Of input_audio, in seconds; its end if absent", 0, most_s),
      Boolean("multi_band_diffusion", "false: there is no such decoder here", false),
      Word("normalization_strategy", "How the level is set", {"loudness", "clip", "peak", "rms"},
           "loudness"),
      Integer("top_k", "Draw among the k most probable codes", 0, kMostTopK, 250),
      Number("top_p", "Above 0: draw among the most probable of this probability", 0, 1, 0),
      Number("temperature", "0 takes always the most probable code", 0, kMostFactor, 1),
      Integer("classifier_free_guidance", "Strength of the prompt", 0, kMostFactor, 3),
      Word("output_format", "Of the file", {"wav", "mp3"}, "wav"),
      SeedField()};
}

std::vector<Field> Fields(const Service& service) {
  Field input = Object("input", "What is ordered", InputFields(service));
  input.required = true;
  return {Text("version", "Without effect"), input};
}

std::string IsoTime(double unix_s) {
  const auto seconds = static_cast<std::time_t>(unix_s);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03dZ",
                static_cast<int>(std::floor((unix_s - std::floor(unix_s)) * 1000)));
  return std::string(text) + fraction;
}

Json TimeOrNull(double unix_s) { return unix_s > 0 ? Json(IsoTime(unix_s)) : Json(nullptr); }

const char* StatusName(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "starting";
    case JobState::kRunning:
      return "processing";
    case JobState::kDone:
      return "succeeded";
    case JobState::kCancelled:
      return "canceled";
    case JobState::kFailed:
      return "failed";
  }
  return "failed";
}

// Its client reads progress out of a line like those of tqdm.
std::string Logs(const JobStatus& status) {
  std::string logs = "seed: " + std::to_string(status.params.seed) + "\n";
  if (status.steps_total <= 0) return logs;
  const int64_t percent = 100 * status.steps_done / status.steps_total;
  return logs + std::to_string(percent) + "%|#| " + std::to_string(status.steps_done) + "/" +
         std::to_string(status.steps_total) + "\n";
}

Json PredictionJson(const JobStatus& status, const Prediction& prediction) {
  const std::string place = prediction.base + "/v1/predictions/" + status.id;
  const bool done = status.state == JobState::kDone;
  Json json = {{"id", status.id},
               {"model", prediction.model},
               {"version", prediction.version},
               {"status", StatusName(status.state)},
               {"input", prediction.input},
               {"output", nullptr},
               {"error", nullptr},
               {"logs", Logs(status)},
               {"metrics", Json::object()},
               {"created_at", TimeOrNull(status.created_s)},
               {"started_at", TimeOrNull(status.started_s)},
               {"completed_at", TimeOrNull(status.ended_s)},
               {"urls", {{"get", place}, {"cancel", place + "/cancel"}}}};
  if (done) {
    json["output"] = prediction.base + "/v1/jobs/" + status.id +
                     "/audio?format=" + prediction.format + "&strategy=" + prediction.strategy;
    json["metrics"]["predict_time"] = status.ended_s - status.started_s;
  }
  if (status.failure) json["error"] = status.failure->message;
  return json;
}

Json PredictionSchema() {
  return {{"type", "object"},
          {"properties",
           {{"id", {{"type", "string"}}},
            {"status", {{"type", "string"}}},
            {"input", {{"type", "object"}}},
            {"urls", {{"type", "object"}}}}},
          {"required", Json::array({"id", "status", "input", "urls"})}};
}

void Show(Service& service, const Predictions& predictions, const Call& call, const std::string& id,
          int status_code) {
  const std::optional<JobStatus> status = service.jobs.Status(id);
  const std::optional<Prediction> prediction = predictions.Find(id);
  if (!status || !prediction) {
    throw Refusal({404, "there is no prediction of this id", "not_found_error"});
  }
  call.Answer(status_code, PredictionJson(*status, *prediction));
}

std::string BaseOf(const Request& request) {
  return std::string(request.secure ? "https://" : "http://") +
         std::string(request.Find("Host").value_or("localhost"));
}

// A sound is not told back, nor long texts whole.
Json ShownInput(const Json& input) {
  Json shown = Json::object();
  for (const auto& [name, value] : input.items()) {
    const bool is_long =
        value.is_string() && value.get_ref<const std::string&>().size() > kLongestShown;
    if (name == "input_audio" && value.is_string()) {
      shown[name] = "data:";
    } else {
      shown[name] = is_long ? Json("…") : value;
    }
  }
  return shown;
}

Upload InputAudio(const FieldValues& input, const std::string& uri) {
  std::optional<std::string> bytes = DecodeDataUri(uri);
  if (!bytes) {
    RefuseInput("input.input_audio",
                "input.input_audio: expected a data: URI in base64, since nothing is fetched from "
                "elsewhere, found " +
                    Dump(uri.substr(0, 40)));
  }
  Upload upload;
  upload.owner = std::make_shared<const std::string>(*std::move(bytes));
  upload.bytes = *upload.owner;
  upload.name = "input.input_audio";
  const double start_s = input.Number("continuation_start").value_or(0);
  upload.excerpt.start_s = start_s;
  if (const std::optional<double> end_s = input.Number("continuation_end")) {
    if (*end_s <= start_s) {
      RefuseInput("input.continuation_end",
                  "input.continuation_end: expected more than continuation_start");
    }
    upload.excerpt.duration_s = *end_s - start_s;
  }
  return upload;
}

Order OrderOf(const Service& service, const FieldValues& input) {
  if (input.Boolean("multi_band_diffusion", false)) {
    RefuseInput("input.multi_band_diffusion",
                "input.multi_band_diffusion: expected false, since there is no such decoder here");
  }
  Order order;
  order.job.model = FindModel(service.jobs, input.Text("model_version").value_or(""))
                        .value_or(DefaultModel(service.jobs));
  GenerationRequest& request = order.job.request;
  request.prompt = input.Text("prompt");
  GenerationParams& params = request.params;
  params.duration_s = input.Number("duration").value_or(kUsualDurationOfReplicateS);
  params.top_k = input.Integer("top_k");
  params.top_p = input.Number("top_p");
  params.temperature = input.Number("temperature");
  params.cfg_coef = input.Number("classifier_free_guidance");
  order.job.seed = ReadSeed(input);
  if (const std::optional<std::string> uri = input.Text("input_audio")) {
    const bool continues = input.Boolean("continuation", false);
    (continues ? order.audio_prompt : order.melody) = InputAudio(input, *uri);
  }
  return order;
}

// "Prefer: wait=5"; without a number as long as Replicate waits.
double SecondsToWait(const Request& request) {
  const std::string_view prefer = request.Find("Prefer").value_or("");
  if (prefer.substr(0, 4) != "wait") return 0;
  double seconds = kLongestWaitS;
  if (prefer.size() > 5 && prefer[4] == '=') {
    std::from_chars(prefer.data() + 5, prefer.data() + prefer.size(), seconds);
  }
  return std::fmin(std::fmax(seconds, 0), kLongestWaitS);
}

void Create(Service& service, const std::shared_ptr<Predictions>& predictions, const Call& call) {
  const Json& object = *call.fields.Find("input");
  const FieldValues input =
      FieldValues::FromObject(InputFields(service), OtherFields::kIgnored, object, "input.");
  Order order = OrderOf(service, input);
  Prediction prediction;
  prediction.input = ShownInput(object);
  prediction.model = order.job.model;
  prediction.version = call.fields.Text("version").value_or("1");
  prediction.format = input.Text("output_format").value_or("wav");
  prediction.strategy = input.Text("normalization_strategy").value_or("loudness");
  prediction.base = BaseOf(call.request());
  const double wait_s = SecondsToWait(call.request());
  Call answer = call;
  answer.fields = {};  // a sound is not to be kept for as long as somebody waits
  Prepare(service, answer, std::move(order),
          [&service, predictions, answer, prediction, wait_s](JobRequest job, const ModelInfo&) {
            const std::string id = service.jobs.Submit(std::move(job));
            predictions->Put(id, prediction);
            const auto show = [&service, predictions, answer, id] {
              answer.Guard([&] { Show(service, *predictions, answer, id, 201); });
            };
            wait_s > 0 ? WhenEnded(service, id, wait_s, show) : show();
          });
}

void Cancel(Service& service, const std::shared_ptr<Predictions>& predictions, const Call& call) {
  const std::string id = call.parameter(0);
  if (!predictions->Find(id)) {
    throw Refusal({404, "there is no prediction of this id", "not_found_error"});
  }
  service.jobs.Cancel(id);
  WhenEnded(service, id, kCancelWaitS, [&service, predictions, call, id] {
    call.Guard([&] { Show(service, *predictions, call, id, 200); });
  });
}

// A client that names a version reads it first, to know that the output is one file.
Json VersionJson(const std::string& id) {
  return {{"id", id},
          {"created_at", "2023-06-01T00:00:00Z"},
          {"cog_version", "0.9"},
          {"openapi_schema",
           {{"components",
             {{"schemas",
               {{"Output", {{"type", "string"}, {"title", "Output"}, {"format", "uri"}}}}}}}}}};
}

Json ModelJson(const std::string& owner, const std::string& name) {
  return {{"url", "/v1/models/" + owner + "/" + name},
          {"owner", owner},
          {"name", name},
          {"description", "MusicGen"},
          {"visibility", "public"},
          {"run_count", 0},
          {"latest_version", VersionJson("1")}};
}

Operation Make(const char* method, const char* path, const char* id, const char* summary) {
  Operation operation = NewOperation(method, path, id, summary, "Compatible with others");
  operation.failure_body = ProblemBody;
  operation.failure_schema = ProblemSchema();
  return operation;
}

Operation MakeCreate(Service& service, const char* path, const char* id) {
  Operation create = Make("POST", path, id, "Music in the shape of Replicate's predictions");
  create.body = BodyKind::kUpload;
  create.fields = Fields(service);
  create.answers = {{201, "The prediction", "application/json", PredictionSchema()}};
  create.failures = {404, 409, 422, 429, 503, 507};
  return create;
}

}  // namespace

void AddReplicate(Service& service, Operations& operations) {
  const auto predictions = std::make_shared<Predictions>(
      static_cast<size_t>(service.jobs.limits().kept_jobs + service.jobs.limits().queue));
  const auto create = [&service, predictions](const Call& call) {
    Create(service, predictions, call);
  };
  for (const auto& [path, id] :
       {std::pair("/v1/predictions", "create_prediction"),
        std::pair("/v1/models/{owner}/{name}/predictions", "create_model_prediction")}) {
    Operation operation = MakeCreate(service, path, id);
    operation.run = create;
    operations.push_back(std::move(operation));
  }

  Operation show = Make("GET", "/v1/predictions/{id}", "get_prediction", "How far it is");
  show.answers = {{200, "The prediction", "application/json", PredictionSchema()}};
  show.failures = {404};
  show.run = [&service, predictions](const Call& call) {
    Show(service, *predictions, call, call.parameter(0), 200);
  };
  operations.push_back(std::move(show));

  Operation cancel =
      Make("POST", "/v1/predictions/{id}/cancel", "cancel_prediction", "Cancel a prediction");
  cancel.answers = {{200, "The prediction", "application/json", PredictionSchema()}};
  cancel.failures = {404};
  cancel.run = [&service, predictions](const Call& call) { Cancel(service, predictions, call); };
  operations.push_back(std::move(cancel));

  Operation model = Make("GET", "/v1/models/{owner}/{name}", "get_replicate_model",
                         "A model, for Replicate's client");
  model.answers = {{200, "The model", "application/json", {{"type", "object"}}}};
  model.run = [](const Call& call) {
    call.Answer(200, ModelJson(call.parameter(0), call.parameter(1)));
  };
  operations.push_back(std::move(model));

  Operation version = Make("GET", "/v1/models/{owner}/{name}/versions/{version}",
                           "get_replicate_version", "A version of it");
  version.answers = {{200, "The version", "application/json", {{"type", "object"}}}};
  version.run = [](const Call& call) { call.Answer(200, VersionJson(call.parameter(2))); };
  operations.push_back(std::move(version));
}

}  // namespace musicgen::serve
