// How long a running stream stands still at the longest when others arrive: one JSON object for
// each neighbour. A stream without end plays; a second after its beginning the neighbour is
// submitted, by another thread as a server's would be, and the stream is watched until the
// neighbour's tenth step, or for 20 s.
//
//   longest_pause_s   between two steps of the stream, from the submission on
//   longest_pause_at_s  when it ended, counted from the submission
//   alone_pause_s     the same in the second before
//   first_step_s      from the neighbour's submission to its first step

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <future>
#include <string>
#include <vector>

#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kAloneSeconds = 1.0, kWatchedSeconds = 20.0;
constexpr int64_t kNeighbourSteps = 10;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Waveform Sound(double duration_s) {
  constexpr int64_t kRate = 44100;
  Waveform sound(kRate, 1, static_cast<int64_t>(duration_s * kRate));
  for (int64_t n = 0; n < sound.samples; ++n) {
    sound.values[static_cast<size_t>(n)] = 0.3f * std::sin(0.03f * static_cast<float>(n));
  }
  return sound;
}

// What is asked for beside the stream, by the name of what makes it bad.
GenerationRequest Neighbour(const std::string& kind) {
  GenerationRequest request;
  request.prompt = "a string quartet";
  request.params.duration_s = 40;
  if (kind == "prompt") {
    request.prompt = std::string();
    while (request.prompt->size() < 4096) *request.prompt += "strings, rain and a slow drum; ";
    request.prompt->resize(4096);
  } else if (kind == "melody") {
    request.melody = Sound(600);
  } else if (kind == "audio") {
    request.audio_prompt = Sound(30);
  }
  return request;
}

void Measure(Model& model, const std::string& kind) {
  Session session(model);
  GenerationRequest stream;
  stream.prompt = "a slow waltz";
  stream.params.duration_s = kEndless;
  RequestOptions options;
  options.stream_audio = true;
  const RequestId id = session.Submit(stream, options);
  GenerationRequest other = Neighbour(kind);
  std::future<RequestId> submission;
  RequestId neighbour = 0;
  bool arrived = false;  // something has been submitted
  Clock::time_point begun, submitted, last;
  int64_t steps = 0;
  double alone = 0, longest = 0, longest_at = 0, first_step = 0;
  for (std::vector<Event> events; session.Step(&events); events.clear()) {
    for (const Event& event : events) {
      if (event.kind == Event::Kind::kFailed) throw Error(*event.error);
      if (event.kind != Event::Kind::kProgress) continue;
      const int64_t done = event.progress.steps_done;
      if (event.request == id && done > steps) {
        if (steps == 0) begun = last = Clock::now();
        steps = done;
        double& pause = arrived ? longest : alone;
        if (arrived && SecondsSince(last) > longest) longest_at = SecondsSince(submitted);
        pause = std::max(pause, SecondsSince(last));
        last = Clock::now();
      }
      if (neighbour != 0 && event.request == neighbour) {
        if (done > 0 && first_step == 0) first_step = SecondsSince(submitted);
        if (done >= kNeighbourSteps) {
          session.Cancel(id);
          session.Cancel(neighbour);
        }
      }
    }
    if (steps > 0 && !arrived && SecondsSince(begun) > kAloneSeconds) {
      arrived = true;
      submitted = Clock::now();
      submission = std::async(std::launch::async, [&] { return session.Submit(std::move(other)); });
    }
    if (submission.valid() &&
        submission.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
      neighbour = submission.get();
    }
    if (neighbour != 0 && SecondsSince(submitted) > kWatchedSeconds) {
      session.Cancel(id);
      session.Cancel(neighbour);
    }
  }
  std::printf(
      "{\"neighbour\": \"%s\", \"longest_pause_s\": %.4f, \"longest_pause_at_s\": %.3f, "
      "\"alone_pause_s\": %.4f, \"first_step_s\": %.3f}\n",
      kind.c_str(), longest, longest_at, alone, first_step);
}

}  // namespace
}  // namespace musicgen

int main(int argc, char** argv) {
  musicgen::ModelOptions options;
  std::vector<std::string> kinds = {"short", "prompt", "audio"};
  CLI::App app("How long a running stream stands still when others arrive");
  app.add_option("-m,--model", options.model, "Model")->required();
  app.add_option("-t,--threads", options.threads, "Threads; 0: one for each processor");
  app.add_option("kinds", kinds, "Neighbours: short, prompt, audio, melody");
  CLI11_PARSE(app, argc, argv);
  try {
    musicgen::Model model(options);
    model.Load();
    // Whatever is loaded when it is first needed.
    if (std::count(kinds.begin(), kinds.end(), "audio") > 0) model.Encode(musicgen::Sound(1));
    for (const std::string& kind : kinds) musicgen::Measure(model, kind);
  } catch (const musicgen::Error& error) {
    std::fprintf(stderr, "waits: %s\n", error.what());
    return 1;
  }
  return 0;
}
