// The routes of gary4juce, a plug-in that continues what a DAW plays: it sends sound in base64 and
// polls for the longer one. It looks for them on port 8000.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "musicgen/musicgen.hpp"
#include "serve/routes/base64.h"
#include "serve/routes/failure_bodies.h"
#include "serve/routes/finished_sound.h"
#include "serve/routes/job_json.h"
#include "serve/routes/kept_orders.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/order.h"

namespace musicgen::serve {
namespace {

constexpr double kUsualPromptS = 6, kUsualLengthS = 30;
constexpr size_t kMostSessions = 64, kMostSessionBytes = 256 << 20;

// One order: the sound that it continues and what else a retry needs.
struct GarySession {
  std::shared_ptr<const std::string> sound;  // a file's bytes
  bool from_end = false;  // continues the sound's end, and the answer begins with all of it
  double prompt_s = kUsualPromptS;
  std::string model;
};

using Sessions = KeptOrders<GarySession>;

std::vector<Field> Fields(const Service& service, bool sound_required, bool session_required) {
  const double most_s = service.jobs.limits().duration_s;
  Field sound = Text("audio_data", "A sound file in base64");
  sound.required = sound_required;
  Field session = Text("session_id", "An earlier order");
  session.required = session_required;
  return {
      sound,
      session,
      Text("model_name", "A model that is served; the first for others"),
      Above(Number("prompt_duration", "Seconds of the sound to go on from", 0, most_s,
                   kUsualPromptS)),
      Text("description", "What the music should be like", service.jobs.limits().prompt_characters),
      Above(Number("duration", "Seconds, those of the prompt included", 0, most_s,
                   std::min(kUsualLengthS, most_s))),
      Integer("top_k", "Draw among the k most probable codes", 0, kMostTopK),
      Number("temperature", "0 takes always the most probable code", 0, kMostFactor),
      Number("cfg_coef", "Strength of the description", 0, kMostFactor),
      SeedField()};
}

Order OrderOf(const Service& service, const FieldValues& fields, const GarySession& session) {
  Order order;
  order.job.model = session.model;
  GenerationRequest& request = order.job.request;
  request.prompt = fields.Text("description");
  if (request.prompt && request.prompt->empty()) request.prompt.reset();
  GenerationParams& params = request.params;
  params.duration_s =
      fields.Number("duration").value_or(std::min(kUsualLengthS, service.jobs.limits().duration_s));
  params.top_k = fields.Integer("top_k");
  params.temperature = fields.Number("temperature");
  params.cfg_coef = fields.Number("cfg_coef");
  order.job.seed = ReadSeed(fields);
  Upload upload;
  upload.owner = session.sound;
  upload.bytes = *upload.owner;
  upload.name = "audio_data";
  upload.excerpt = session.from_end ? Excerpt{-session.prompt_s, 0} : Excerpt{0, session.prompt_s};
  order.audio_prompt = std::move(upload);
  return order;
}

std::shared_ptr<const std::string> SoundOf(const std::string& text) {
  std::optional<std::string> bytes =
      text.compare(0, 5, "data:") == 0 ? DecodeDataUri(text) : DecodeBase64(text);
  if (!bytes || bytes->empty()) {
    RefuseInput("audio_data", "audio_data: expected a sound file in base64");
  }
  return std::make_shared<const std::string>(*std::move(bytes));
}

void Place(Service& service, const std::shared_ptr<Sessions>& sessions, const Call& call,
           const GarySession& session) {
  Order order = OrderOf(service, call.fields, session);
  Call answer = call;
  answer.fields = {};  // with the sound in base64
  Prepare(service, answer, std::move(order),
          [&service, sessions, answer, session](JobRequest job, const ModelInfo&) {
            const std::string id = service.jobs.Submit(std::move(job));
            sessions->Put(id, session, session.sound->size());
            answer.Answer(
                200,
                {{"success", true}, {"session_id", id}, {"message", "Audio processing started"}});
          });
}

std::string ModelOf(const Service& service, const FieldValues& fields,
                    const std::string& otherwise) {
  const std::optional<std::string> name = fields.Text("model_name");
  return name ? FindModel(service.jobs, *name).value_or(otherwise) : otherwise;
}

void Begin(Service& service, const std::shared_ptr<Sessions>& sessions, const Call& call,
           bool from_end) {
  GarySession session;
  session.sound = SoundOf(call.fields.Text("audio_data").value_or(""));
  session.from_end = from_end;
  session.prompt_s = call.fields.Number("prompt_duration").value_or(kUsualPromptS);
  session.model = ModelOf(service, call.fields, DefaultModel(service.jobs));
  Place(service, sessions, call, session);
}

void Retry(Service& service, const std::shared_ptr<Sessions>& sessions, const Call& call) {
  std::optional<GarySession> session = sessions->Find(call.fields.Text("session_id").value_or(""));
  if (!session) throw Refusal({404, "Session not found", "not_found_error"});
  session->prompt_s = call.fields.Number("prompt_duration").value_or(session->prompt_s);
  session->model = ModelOf(service, call.fields, session->model);
  Place(service, sessions, call, *session);
}

// What was sent, up to where the music takes over, and the music at its own level.
Waveform Joined(const Service& service, const GarySession& session, const Waveform& music) {
  const Waveform sent =
      DecodeUpload(*session.sound, "audio_data", Excerpt(), service.options.upload);
  const auto prompt = static_cast<int64_t>(
      std::lround(session.prompt_s * static_cast<double>(sent.sample_rate_hz)));
  const int64_t head = session.from_end ? std::max<int64_t>(0, sent.samples - prompt) : 0;
  const Waveform tail = ConvertAudio(music, sent.sample_rate_hz, sent.channels);
  Waveform joined(sent.sample_rate_hz, sent.channels, head + tail.samples);
  for (int64_t c = 0; c < joined.channels; ++c) {
    std::copy_n(sent.channel(c), head, joined.channel(c));
    std::copy_n(tail.channel(c), tail.samples, joined.channel(c) + head);
  }
  return joined;
}

std::string WavText(const Waveform& wave) {
  const std::vector<uint8_t> bytes = EncodeAudio(wave, Encoding());
  return EncodeBase64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Json PollJson(const JobStatus& status) {
  const bool runs = !HasEnded(status.state);
  const char* name = status.state == JobState::kQueued    ? "queued"
                     : status.state == JobState::kRunning ? "processing"
                     : status.state == JobState::kDone    ? "completed"
                                                          : "failed";
  const int64_t percent = status.steps_total > 0 ? 100 * status.steps_done / status.steps_total : 0;
  Json json = {{"success", true},
               {"status", name},
               {"progress", status.state == JobState::kDone ? 100 : percent},
               {"generation_in_progress", runs},
               {"transform_in_progress", false},
               {"generation_seed", status.params.seed},
               {"queue_status",
                {{"status", status.state == JobState::kQueued ? "queued" : "ready"},
                 {"position", status.queue_position}}}};
  if (status.state == JobState::kFailed || status.state == JobState::kCancelled) {
    json["error"] = status.failure ? status.failure->message : "the job was cancelled";
  }
  return json;
}

void Poll(Service& service, const std::shared_ptr<Sessions>& sessions, const Call& call) {
  const std::string id = call.parameter(0);
  const std::optional<JobStatus> status = service.jobs.Status(id);
  const std::optional<GarySession> session = sessions->Find(id);
  if (!status || !session) {
    return call.Answer(200, {{"success", true},
                             {"status", "unknown"},
                             {"progress", 0},
                             {"generation_in_progress", false},
                             {"transform_in_progress", false}});
  }
  Json json = PollJson(*status);
  if (status->state != JobState::kDone) return call.Answer(200, json);
  service.jobs.MakeSounds(id, [&service, call, session, json](std::vector<Waveform> sounds,
                                                              std::exception_ptr failure) {
    call.Guard([&] {
      if (failure) std::rethrow_exception(failure);
      Json whole = json;
      whole["audio_data"] = WavText(Joined(service, *session, sounds.at(0)));
      call.Answer(200, whole);
    });
  });
}

// Sizes as the published models have them.
void ListModels(const Service& service, const Call& call) {
  Json sizes = {{"small", Json::array()}, {"medium", Json::array()}, {"large", Json::array()}};
  for (const ModelStatus& model : service.jobs.models()) {
    const int64_t width = model.info.hidden_size;
    sizes[width >= 2048 ? "large" : width >= 1536 ? "medium" : "small"].push_back(model.id);
  }
  call.Answer(200, {{"success", true}, {"models", sizes}});
}

Json AnswerSchema() {
  return {{"type", "object"},
          {"properties", {{"success", {{"type", "boolean"}}}}},
          {"required", Json::array({"success"})}};
}

Operation Make(const char* method, const char* path, const char* id, const char* summary) {
  Operation operation = NewOperation(method, path, id, summary, "Compatible with others");
  operation.failure_body = SuccessFalse;
  operation.failure_schema = SuccessFalseSchema();
  operation.answers = {{200, "As gary4juce reads it", "application/json", AnswerSchema()}};
  return operation;
}

Operation MakeOrder(const char* path, const char* id, const char* summary,
                    std::vector<Field> fields) {
  Operation operation = Make("POST", path, id, summary);
  operation.body = BodyKind::kUpload;
  operation.fields = std::move(fields);
  operation.failures = {404, 409, 429, 503, 507};
  return operation;
}

}  // namespace

void AddGary4juce(Service& service, Operations& operations) {
  const auto sessions = std::make_shared<Sessions>(kMostSessions, kMostSessionBytes);

  Operation models = Make("GET", "/api/models", "gary_models", "The models, by size");
  models.run = [&service](const Call& call) { ListModels(service, call); };
  operations.push_back(std::move(models));

  Operation process =
      MakeOrder("/api/juce/process_audio", "gary_process", "Go on from the beginning of a sound",
                Fields(service, true, false));
  process.run = [&service, sessions](const Call& call) { Begin(service, sessions, call, false); };
  operations.push_back(std::move(process));

  Operation more = MakeOrder("/api/juce/continue_music", "gary_continue",
                             "Go on from the end of a sound", Fields(service, true, false));
  more.run = [&service, sessions](const Call& call) { Begin(service, sessions, call, true); };
  operations.push_back(std::move(more));

  Operation retry = MakeOrder("/api/juce/retry_music", "gary_retry", "The same once more",
                              Fields(service, false, true));
  retry.run = [&service, sessions](const Call& call) { Retry(service, sessions, call); };
  operations.push_back(std::move(retry));

  Operation poll =
      Make("GET", "/api/juce/poll_status/{id}", "gary_poll", "How far an order is, and its sound");
  poll.failures = {507};
  poll.run = [&service, sessions](const Call& call) { Poll(service, sessions, call); };
  operations.push_back(std::move(poll));
}

}  // namespace musicgen::serve
