#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <optional>
#include <random>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/live_line.h"
#include "cli/live_sound.h"
#include "cli/live_streams.h"
#include "cli/open_model.h"
#include "cli/pieces.h"
#include "cli/stems.h"
#include "common/errors.h"
#include "common/format.h"
#include "common/interrupt.h"
#include "common/platform.h"

namespace musicgen::cli {
namespace {

using common::BadInput;
using std::chrono::milliseconds;

constexpr milliseconds kGlance(50);     // a signal may come just before a wait
constexpr int64_t kMostPending = 1024;  // steerings under way; stdin then waits

std::string Where(const LineInput::Line& line) {
  return "stdin, line " + std::to_string(line.number);
}

// What the next good line says; none: there is none yet. A bad one costs a sentence.
std::optional<Steering> NextLine(LineInput& input) {
  LineInput::Line line;
  while (input.Take(line)) {
    if (!line.too_long && line.text.find_first_not_of(" \t") == std::string::npos) continue;
    try {
      if (line.too_long) BadInput(Where(line) + ": longer than 1 MiB");
      return ParseLiveLine(line.text, Where(line));
    } catch (const Error& error) {
      std::fprintf(stderr, "musicgen: %s\n", error.what());
    }
  }
  return std::nullopt;
}

// The line that the music begins with.
Steering FirstLine(LineInput& input, const common::DeferInterrupts& interrupts) {
  while (true) {
    if (const std::optional<Steering> first = NextLine(input)) {
      if (!first->at_step) return *first;
      std::fputs("musicgen: stdin: at_step: the music has not begun: expected none\n", stderr);
    } else if (input.ended()) {
      BadInput("live: expected a prompt on the command line or on stdin, found none");
    } else if (WaitForStreams(true, false, kGlance).input) {
      input.Read();
    }
    if (interrupts.requested()) throw common::Interrupted();
  }
}

GenerationRequest RequestOf(const LiveFlags& flags, uint64_t seed, const ModelInfo& info) {
  GenerationRequest request;
  request.params = flags.params;
  request.params.use_sampling = !flags.greedy;
  request.params.duration_s = flags.duration_s > 0 ? flags.duration_s : kEndless;
  request.params.seed = seed;
  if (flags.max_duration_s > 0) request.params.max_duration_s = flags.max_duration_s;
  if (flags.extend_stride_s > 0) request.params.extend_stride_s = flags.extend_stride_s;
  if (!flags.prompts.empty()) request.prompt = flags.prompts.front();
  if (!flags.melody.empty()) {
    request.melody =
        ReadMelody(flags.melody, flags.duration_s > 0 ? flags.duration_s : info.max_duration_s,
                   request.params.max_duration_s.value_or(info.max_duration_s));
    request.params.stems = StemsModeOf(flags.model.stems);
  }
  if (!flags.style.file.empty()) {
    request.style = ReadStyle(flags.style.file, flags.style.params, info);
    request.params.style = flags.style.params;
  }
  if (!flags.continue_file.empty()) request.audio_prompt = ReadAudio(flags.continue_file);
  return request;
}

void BeginWith(const Steering& line, GenerationRequest& request) {
  if (line.prompt) request.prompt = line.prompt;
  if (line.cfg_coef) request.params.cfg_coef = line.cfg_coef;
  if (line.temperature) request.params.temperature = line.temperature;
  if (line.top_k) request.params.top_k = line.top_k;
  if (line.top_p) request.params.top_p = line.top_p;
}

// One piece of music, its listener and who steers it.
class Performance {
 public:
  Performance(const LiveFlags& flags, Model& model, LineInput& input,
              const common::DeferInterrupts& interrupts)
      : flags_(flags),
        info_(model.info()),
        input_(input),
        interrupts_(interrupts),
        encoder_(flags, model.info()),
        session_(model) {}

  // Whether it came to its own end.
  bool Play(const GenerationRequest& request) {
    RequestOptions options;
    options.stream_audio = true;
    options.decode_audio = options.progress = false;
    id_ = session_.Submit(request, options);
    while (!done_ && !interrupts_.requested() && !(flags_.end_at_eof && input_.ended())) {
      const bool waits_for_listener = !output_.empty() || TooFarAhead();
      Attend(waits_for_listener ? WaitForListener() : milliseconds(0));
      if (output_.empty() && !TooFarAhead()) Step();
    }
    output_.Put(encoder_.Finish());
    while (!output_.empty()) {  // a second interrupt ends the program
      if (WaitForStreams(false, true, kGlance).output) output_.Send();
    }
    encoder_.Report();
    return done_;
  }

 private:
  bool TooFarAhead() { return flags_.ahead_s > 0 && clock_.AheadSeconds() > flags_.ahead_s; }

  milliseconds WaitForListener() {
    if (!output_.empty()) return kGlance;
    const double wait_s = clock_.AheadSeconds() - flags_.ahead_s;
    return std::min(kGlance, milliseconds(1 + static_cast<int>(std::min(wait_s, 1.0) * 1000)));
  }

  // Sends what waits and reads lines, as far as either goes within `most`.
  void Attend(milliseconds most) {
    const bool listens = !input_.ended() && pending_ < kMostPending;
    const Readiness ready = WaitForStreams(listens, !output_.empty(), most);
    if (ready.output) output_.Send();
    if (ready.input) input_.Read();
    while (pending_ < kMostPending) {
      const std::optional<Steering> line = NextLine(input_);
      if (!line) break;
      session_.Steer(id_, *line);
      ++pending_;
    }
  }

  void Step() {
    std::vector<Event> events;
    session_.Step(&events);
    for (Event& event : events) {
      if (event.kind == Event::Kind::kSound) {
        output_.Put(encoder_.Write(event.sound));
        clock_.Sent(event.sound.duration_s());
      }
      if (event.kind == Event::Kind::kSteered) TellSteered(event.steered_step);
      if (event.kind == Event::Kind::kDone) done_ = true;
      if (event.kind == Event::Kind::kFailed) throw *event.error;
    }
  }

  void TellSteered(int64_t step) {
    --pending_;
    if (flags_.no_progress) return;
    if (step < 0) {
      std::fputs("steering comes too late for this piece\n", stderr);
      return;
    }
    const double seconds = static_cast<double>(step) / static_cast<double>(info_.frame_rate_hz);
    std::fprintf(stderr, "steering holds from step %" PRId64 " (%s)\n", step,
                 common::Seconds(seconds).c_str());
  }

  const LiveFlags& flags_;
  const ModelInfo& info_;
  LineInput& input_;
  const common::DeferInterrupts& interrupts_;
  LiveEncoder encoder_;
  Session session_;
  WaitingOutput output_;
  ListenerClock clock_;
  RequestId id_ = 0;
  int64_t pending_ = 0;
  bool done_ = false;
};

void CheckFlags(const LiveFlags& flags) {
  if (flags.prompts.size() > 1) {
    BadInput("live: expected one prompt to begin with, found " +
             std::to_string(flags.prompts.size()) + "; lines of stdin are the next ones");
  }
  CheckStyleOptions(flags.style.params, !flags.style.file.empty());
  flags.audio.samples();  // throws when the format does not fit
  if (common::IsTerminal(stdout)) {
    BadInput("live: expected stdout to go to a player or a file, found a terminal");
  }
}

}  // namespace

int Run(const LiveFlags& given) {
  LiveFlags flags = given;
  flags.bare_samples = flags.format == "pcm";
  flags.audio.format = flags.bare_samples ? "wav" : flags.format;
  CheckFlags(flags);
  const bool draw_seed = flags.seed < 0;
  const uint64_t seed = draw_seed ? std::random_device()() : static_cast<uint64_t>(flags.seed);

  Model model = OpenModel(flags.model, !flags.style.file.empty());
  GenerationRequest request = RequestOf(flags, seed, model.info());
  model.Load(1, model.info().max_duration_s);
  if (request.melody) WarnOfWholeMelody(model, request, flags.model.reference);
  if (!flags.no_progress) PrintSeparations();
  if (draw_seed) std::fprintf(stderr, "seed %" PRIu64 "\n", seed);

  const common::DeferInterrupts interrupts;
  LineInput input;
  if (flags.prompts.empty()) {
    if (!flags.no_progress && common::IsTerminal(stdin)) {
      std::fputs("a line says what the music begins with\n", stderr);
    }
    BeginWith(FirstLine(input, interrupts), request);
  }
  if (!flags.no_progress && common::IsTerminal(stdin)) {
    std::fputs("each line steers the music, Ctrl-C ends it\n", stderr);
  }
  const bool whole = Performance(flags, model, input, interrupts).Play(request);
  // Music without end is never left half-way.
  const bool half_way = !whole && flags.duration_s > 0 && interrupts.requested();
  return half_way ? common::kExitInterrupted : 0;
}

}  // namespace musicgen::cli
