// Model::Generate, a few lines over Session.

#include <algorithm>
#include <utility>

#include "api/model.h"
#include "api/session.h"

namespace musicgen::api {
namespace {

GenerationProgress Sum(const std::vector<GenerationProgress>& each) {
  GenerationProgress sum;
  for (const GenerationProgress& one : each) {
    sum.steps_done += one.steps_done;
    sum.steps_total += one.steps_total;
  }
  return sum;
}

}  // namespace

std::vector<GenerationResult> Model::Generate(std::span<const GenerationRequest> requests,
                                              const GenerateOptions& options) {
  Session session(*this);
  RequestOptions wanted;
  wanted.decode_audio = options.decode_audio;
  wanted.stream_audio = options.audio != nullptr;
  const std::vector<RequestId> ids =
      session.SubmitBatch({requests.begin(), requests.end()}, wanted);
  const auto index = [&](RequestId id) {
    return static_cast<size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
  };
  std::vector<GenerationResult> results(requests.size());
  std::vector<GenerationProgress> each(requests.size());
  bool stopped = false;
  std::vector<Event> events;
  while (session.Step(&events)) {
    const bool was_stopped = stopped;
    for (Event& event : events) {
      const size_t i = index(event.request);
      if (event.kind == Event::Kind::kFailed) throw Error(*event.error);
      if (event.kind == Event::Kind::kProgress) each[i] = event.progress;
      if (event.kind == Event::Kind::kDone) results[i] = std::move(event.result);
      if (event.kind == Event::Kind::kCancelled) {
        results[i].codes = std::move(event.result.codes);
        results[i].complete = false;
      }
      if (event.kind == Event::Kind::kSound && !stopped) stopped = !options.audio(i, event.sound);
    }
    events.clear();
    if (!stopped && options.progress) stopped = !options.progress(Sum(each));
    if (stopped && !was_stopped) {
      for (const RequestId id : ids) session.Cancel(id);
    }
  }
  return results;
}

}  // namespace musicgen::api
