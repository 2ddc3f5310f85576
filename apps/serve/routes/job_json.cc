#include "serve/routes/job_json.h"

#include <cmath>

namespace musicgen::serve {
namespace {

// Unix time to the millisecond.
Json Time(double seconds) {
  return seconds > 0 ? Json(std::round(seconds * 1000) / 1000) : Json(nullptr);
}

Json Progress(const JobStatus& status) {
  if (status.state == JobState::kDone) return 1.0;
  if (status.steps_total <= 0) return nullptr;
  return static_cast<double>(status.steps_done) / static_cast<double>(status.steps_total);
}

Json ErrorOf(const JobStatus& status) {
  if (!status.failure) return nullptr;
  return {{"message", status.failure->message}, {"type", status.failure->type}};
}

Json Type(const char* name) { return {{"type", name}}; }
Json TypeOrNull(const char* name) { return {{"type", Json::array({name, "null"})}}; }

}  // namespace

const char* StateName(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "queued";
    case JobState::kRunning:
      return "running";
    case JobState::kDone:
      return "succeeded";
    case JobState::kCancelled:
      return "cancelled";
    case JobState::kFailed:
      return "failed";
  }
  return "failed";
}

bool HasEnded(JobState state) { return state != JobState::kQueued && state != JobState::kRunning; }

Json JobJson(const JobStatus& status) {
  const bool done = status.state == JobState::kDone;
  const std::string place = "/v1/jobs/" + status.id;
  return {
      {"id", status.id},
      {"object", "audio.job"},
      {"status", StateName(status.state)},
      {"model", status.model},
      {"input", status.prompt ? Json(*status.prompt) : Json(nullptr)},
      {"seed", status.params.seed},
      {"audio_length", status.endless ? Json(nullptr) : Json(status.params.duration_s)},
      {"n", status.takes},
      {"steps_done", status.steps_done},
      {"steps_total", status.endless ? Json(nullptr) : Json(status.steps_total)},
      {"progress", Progress(status)},
      {"queue_position", status.queue_position > 0 ? Json(status.queue_position) : Json(nullptr)},
      {"created_at", Time(status.created_s)},
      {"started_at", Time(status.started_s)},
      {"ended_at", Time(status.ended_s)},
      {"error", ErrorOf(status)},
      {"status_url", place},
      {"audio_url", done ? Json(place + "/audio") : Json(nullptr)}};
}

Json JobSchema() {
  Json status = Type("string");
  status["enum"] = {"queued", "running", "succeeded", "cancelled", "failed"};
  Json properties = {{"id", Type("string")},
                     {"object", Type("string")},
                     {"status", status},
                     {"model", Type("string")},
                     {"input", TypeOrNull("string")},
                     {"seed", Type("integer")},
                     {"audio_length", TypeOrNull("number")},
                     {"n", Type("integer")},
                     {"steps_done", Type("integer")},
                     {"steps_total", TypeOrNull("integer")},
                     {"progress", TypeOrNull("number")},
                     {"queue_position", TypeOrNull("integer")},
                     {"created_at", TypeOrNull("number")},
                     {"started_at", TypeOrNull("number")},
                     {"ended_at", TypeOrNull("number")},
                     {"error", TypeOrNull("object")},
                     {"status_url", Type("string")},
                     {"audio_url", TypeOrNull("string")}};
  Json required = Json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

}  // namespace musicgen::serve
