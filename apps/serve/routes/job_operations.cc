// /v1/jobs/{id}: how far it is, its sound, its end, and steering it.
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "serve/routes/job_json.h"
#include "serve/routes/music_fields.h"
#include "serve/routes/operations.h"
#include "serve/routes/sound_answer.h"
#include "serve/routes/when_ended.h"

namespace musicgen::serve {
namespace {

constexpr double kCancelWaitS = 5, kSteerWaitS = 5;

JobStatus StatusOf(Service& service, const std::string& id) {
  if (std::optional<JobStatus> status = service.jobs.Status(id)) return *std::move(status);
  RefuseUnknownJob();
}

void Show(Service& service, const Call& call) {
  call.Answer(200, JobJson(StatusOf(service, call.parameter(0))));
}

// The slot is free within one step; the answer says so.
void Cancel(Service& service, const Call& call) {
  const std::string id = call.parameter(0);
  StatusOf(service, id);
  service.jobs.Cancel(id);
  WhenEnded(service, id, kCancelWaitS,
            [&service, call] { call.Guard([&] { Show(service, call); }); });
}

Strategy StrategyOf(const std::string& name) {
  static const std::map<std::string, Strategy> strategies = {{"loudness", Strategy::kLoudness},
                                                             {"peak", Strategy::kPeak},
                                                             {"rms", Strategy::kRms},
                                                             {"clip", Strategy::kClip}};
  return strategies.at(name);
}

void Sound(Service& service, const Call& call) {
  const JobStatus status = StatusOf(service, call.parameter(0));
  if (!HasEnded(status.state)) {
    throw Refusal({409,
                   std::string("the job's sound is finished when the job is; it is ") +
                       StateName(status.state),
                   "invalid_request_error", "", "job_not_done"});
  }
  if (status.state != JobState::kDone) throw Refusal(FailureOfJob(status));
  const std::optional<int64_t> take = call.query.Integer("take");
  if (take && *take >= status.takes) {
    RefuseInput("take", "take: expected less than the job's " + std::to_string(status.takes) +
                            ", found " + std::to_string(*take));
  }
  SoundFormat format;
  format.name = call.query.Text("format").value_or("wav");
  SendSound(service, call, status.id, format,
            take ? std::optional(static_cast<int>(*take)) : std::nullopt,
            StrategyOf(call.query.Text("strategy").value_or("loudness")));
}

Steering ReadSteering(const FieldValues& fields) {
  GenerationParams params;
  ReadSampling(fields, params);
  Steering steering;
  steering.prompt = fields.Text("input");
  steering.cfg_coef = params.cfg_coef;
  steering.temperature = params.temperature;
  steering.top_k = params.top_k;
  steering.top_p = params.top_p;
  steering.at_step = fields.Integer("at_step");
  return steering;
}

void Steer(Service& service, const Call& call) {
  const std::string id = call.parameter(0);
  const JobStatus status = StatusOf(service, id);
  const Steering steering = ReadSteering(call.fields);
  if (!steering.prompt && !steering.cfg_coef && !steering.temperature && !steering.top_k &&
      !steering.top_p) {
    RefuseInput("",
                "body: expected input, guidance_scale, temperature, top_k or top_p, found none");
  }
  const auto answered = std::make_shared<std::atomic<bool>>(false);
  service.jobs.Steer(id, steering, [call, id, answered](int64_t step) {
    if (!answered->exchange(true)) call.Answer(200, {{"id", id}, {"steered_step", step}});
  });
  service.timer.After(kSteerWaitS, [call, id, answered] {
    if (!answered->exchange(true)) call.Answer(202, {{"id", id}});
  });
}

Operation Make(const char* method, const char* path, const char* id, const char* summary) {
  Operation operation = NewOperation(method, path, id, summary, "Jobs");
  operation.failures = {404};
  return operation;
}

Json SteeredSchema(bool with_step) {
  Json properties = {{"id", {{"type", "string"}}}};
  if (with_step) properties["steered_step"] = {{"type", "integer"}};
  return {{"type", "object"}, {"properties", properties}};
}

}  // namespace

void AddJobs(Service& service, Operations& operations) {
  Operation show = Make("GET", "/v1/jobs/{id}", "get_job", "How far a job is");
  show.answers = {{200, "The job", "application/json", JobSchema()}};
  show.run = [&service](const Call& call) { Show(service, call); };
  operations.push_back(std::move(show));

  Operation sound =
      Make("GET", "/v1/jobs/{id}/audio", "get_job_audio", "The finished sound of a job");
  sound.description =
      "Byte for byte the file that the command line writes for the same request. A job of several "
      "takes answers with a zip, unless one is asked for.";
  sound.query = {
      Word("format", "pcm: 16-bit little-endian samples without a head",
           {"wav", "flac", "mp3", "opus", "pcm"}, "wav"),
      Word("strategy", "How the level is set", {"loudness", "peak", "rms", "clip"}, "loudness"),
      Integer("take", "Which of several takes, from 0", 0, service.jobs.limits().takes - 1)};
  sound.answers = {{200, "The sound", "audio/*"}, {200, "The sound", "application/zip"}};
  sound.failures = {400, 404, 409, 507};
  sound.run = [&service](const Call& call) { Sound(service, call); };
  operations.push_back(std::move(sound));

  Operation cancel = Make("DELETE", "/v1/jobs/{id}", "cancel_job", "Cancel a job");
  cancel.description = "One that has ended is left as it is.";
  cancel.answers = {{200, "The job", "application/json", JobSchema()}};
  cancel.run = [&service](const Call& call) { Cancel(service, call); };
  operations.push_back(std::move(cancel));

  Operation steer = Make("PATCH", "/v1/jobs/{id}", "steer_job", "Steer a job while it plays");
  steer.description =
      "What is given holds from the answer's steered_step on, or never if that is -1. The same "
      "steering at the same steps gives the same music.";
  steer.body = BodyKind::kJson;
  steer.fields = SamplingFields(service);
  steer.fields.push_back(
      Integer("at_step", "From exactly this step on; one that has passed means the next", 0, 1e12));
  steer.other_fields = OtherFields::kRefused;
  steer.answers = {{200, "It holds", "application/json", SteeredSchema(true)},
                   {202, "It will hold", "application/json", SteeredSchema(false)}};
  steer.failures = {404, 409};
  steer.run = [&service](const Call& call) { Steer(service, call); };
  operations.push_back(std::move(steer));
}

}  // namespace musicgen::serve
