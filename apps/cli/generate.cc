#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <random>

#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/lora.h"
#include "cli/open_model.h"
#include "cli/outputs.h"
#include "cli/pieces.h"
#include "cli/progress.h"
#include "cli/stems.h"
#include "cli/streamed_output.h"
#include "common/errors.h"
#include "common/format.h"
#include "common/interrupt.h"
#include "common/json.h"
#include "musicgen/bench.hpp"

namespace musicgen::cli {
namespace {

using Clock = std::chrono::steady_clock;
using common::BadInput;
using common::DeferInterrupts;
using common::JsonObject;

constexpr double kRoundingFrames = 1e-6;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The files of the pieces; everything that is written is checked.
std::vector<std::string> Outputs(const GenerateFlags& flags, size_t pieces) {
  common::Destinations destinations;
  if (flags.json) destinations.TakeStdout("--json");
  std::vector<std::string> files = AudioFiles(flags.audio, pieces, destinations);
  if (!flags.codes_out.empty()) AddTensorFile(destinations, "--codes-out", flags.codes_out);
  return files;
}

int64_t Frames(const Piece& piece, const ModelInfo& info) {
  return FramesOf(piece.duration_s, info.frame_rate_hz);
}

// The codec's frames of a sound to continue: the last may be filled up.
int64_t PromptFrames(const Waveform& sound, const ModelInfo& info) {
  const auto rate_hz = static_cast<double>(info.frame_rate_hz);
  return static_cast<int64_t>(std::ceil(sound.duration_s() * rate_hz - kRoundingFrames));
}

// The duration counts the sound that is continued, which users rarely expect.
void CheckContinued(const Piece& piece, const Waveform& sound, const ModelInfo& info) {
  if (PromptFrames(sound, info) < Frames(piece, info)) return;
  const std::string prompt_s = common::Seconds(sound.duration_s());
  BadInput("--continue " + piece.continue_file + ": the sound to continue is " + prompt_s +
           " long, and the duration of " + common::Seconds(piece.duration_s) +
           " counts it: expected --duration of more than " + prompt_s +
           ", or --prompt-duration to continue a part of the sound");
}

void CheckLengths(const std::vector<Piece>& pieces, const std::vector<GenerationRequest>& requests,
                  const GenerateFlags& flags, const ModelInfo& info) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (Frames(pieces[i], info) < 1) {
      BadInput("duration: expected at least one frame of 1/" + std::to_string(info.frame_rate_hz) +
               " s, found " + common::Seconds(pieces[i].duration_s));
    }
    if (!flags.codes_out.empty() && Frames(pieces[i], info) != Frames(pieces.front(), info)) {
      BadInput("--codes-out: a codes file holds pieces of one duration, found several");
    }
    if (requests[i].audio_prompt) CheckContinued(pieces[i], *requests[i].audio_prompt, info);
  }
}

double Longest(const std::vector<Piece>& pieces) {
  double longest_s = 0;
  for (const Piece& piece : pieces) longest_s = std::max(longest_s, piece.duration_s);
  return longest_s;
}

// To stdout WAV goes while it is made; the other formats need their encoder's last word first.
bool IsStreamed(const AudioFlags& flags) {
  return flags.output == "-" && (flags.format.empty() || flags.format == "wav");
}

void PrintSetting(const Model& model, const std::vector<Piece>& pieces) {
  const ModelInfo& info = model.info();
  const char* precision = PrecisionName(info.precision);
  std::fprintf(stderr, "model %s (file %s), precision %s, %s, %d threads, %s\n", info.path.c_str(),
               info.file_dtype.c_str(), precision, DeviceOf(model).c_str(), model.threads(),
               InstructionSet().c_str());
  const auto need = info.memory.find(precision);
  if (need == info.memory.end()) return;
  const double caches = static_cast<double>(need->second.cache_bytes_per_stream) *
                        std::min(1.0, Longest(pieces) / info.max_duration_s);
  std::fprintf(stderr, "memory: weights %.2f GB, keys and values %.2f GB%s\n",
               static_cast<double>(need->second.weights_bytes) / 1e9, caches / 1e9,
               pieces.size() > 1 ? " of each" : "");
}

std::vector<GenerationRequest> Requests(const std::vector<Piece>& pieces,
                                        const GenerateFlags& flags, const ModelInfo& info) {
  std::vector<GenerationRequest> requests;
  for (const Piece& piece : pieces) {
    GenerationRequest request;
    request.prompt = piece.prompt;
    request.params = flags.params;
    request.params.use_sampling = !flags.greedy;
    request.params.duration_s = piece.duration_s;
    request.params.seed = piece.seed;
    if (flags.max_duration_s > 0) request.params.max_duration_s = flags.max_duration_s;
    if (flags.extend_stride_s > 0) request.params.extend_stride_s = flags.extend_stride_s;
    if (!piece.melody.empty()) {
      request.melody = ReadMelody(piece.melody, piece.duration_s,
                                  request.params.max_duration_s.value_or(info.max_duration_s));
      request.params.stems = StemsModeOf(flags.model.stems);
    }
    if (!piece.style.empty()) {
      request.style = ReadStyle(piece.style, flags.style.params, info);
      request.params.style = flags.style.params;
    }
    if (!piece.continue_file.empty()) {
      request.audio_prompt =
          ReadAudio(piece.continue_file, {flags.prompt_start_s, flags.prompt_duration_s});
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

void WriteAll(const std::vector<GenerationResult>& results,
              const std::vector<GenerationRequest>& requests, const std::vector<std::string>& files,
              const GenerateFlags& flags, const Model& model) {
  if (!flags.codes_out.empty()) {
    std::vector<Codes> codes;
    codes.reserve(results.size());
    for (const GenerationResult& result : results) codes.push_back(result.codes);
    WriteCodesFile(flags.codes_out, codes, model.info());
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (IsStreamed(flags.audio)) continue;
    WriteAudio(flags.audio, files[i], results[i].audio, model.Provenance(requests[i]));
  }
}

void PrintJson(const std::string& file, const GenerationRequest& request,
               const GenerationResult& result, const Model& model, double seconds,
               std::optional<double> steps_per_s) {
  const ModelInfo& info = model.info();
  JsonObject line;
  line.Set("file", file);
  line.Set("prompt", request.prompt);
  line.Set("seed", request.params.seed);
  line.Set("frames", result.codes.frames);
  line.Set("duration_s", result.audio.duration_s());
  line.Set("sample_rate", info.sample_rate_hz);
  line.Set("channels", info.audio_channels);
  line.Set("precision", PrecisionName(info.precision));
  line.Set("device", DeviceOf(model));
  line.Set("loras", LoraRows(info));
  if (request.melody) line.Set("stems", model.Stems(request));
  line.Set("seconds", seconds);  // of the whole batch
  line.Set("steps_per_s", steps_per_s);
  std::printf("%s\n", line.Compact().c_str());
}

}  // namespace

int Run(const GenerateFlags& flags) {
  const bool draw_seed = flags.seed < 0;
  const uint64_t seed = draw_seed ? std::random_device()() : static_cast<uint64_t>(flags.seed);
  const std::vector<Piece> pieces = ListPieces(flags, seed);
  const std::vector<std::string> files = Outputs(flags, pieces.size());

  const bool style = std::any_of(pieces.begin(), pieces.end(),
                                 [](const Piece& piece) { return !piece.style.empty(); });
  Model model = OpenModel(flags.model, style);
  const std::vector<GenerationRequest> requests = Requests(pieces, flags, model.info());
  CheckLengths(pieces, requests, flags, model.info());
  model.Load(1, Longest(pieces));  // more run together as memory allows
  if (!flags.no_progress) PrintSetting(model, pieces);
  const auto melody = std::find_if(requests.begin(), requests.end(),
                                   [](const auto& request) { return request.melody.has_value(); });
  if (melody != requests.end()) WarnOfWholeMelody(model, *melody, flags.model.reference);
  if (!flags.no_progress) PrintSeparations();
  if (draw_seed) std::fprintf(stderr, "seed %llu\n", static_cast<unsigned long long>(seed));

  const Clock::time_point start = Clock::now();
  const DeferInterrupts interrupts;
  Progress progress(!flags.no_progress);
  GenerateOptions options;
  options.progress = [&](const GenerationProgress& now) {
    progress.Update(now);
    return !interrupts.requested();
  };
  // To stdout the sound goes while it is made, for whoever plays it.
  std::optional<StreamedOutput> stdout_stream;
  if (IsStreamed(flags.audio)) {
    const int64_t samples = Frames(pieces.front(), model.info()) * model.info().hop_samples;
    stdout_stream.emplace(flags.audio, model.info(), samples, !flags.no_progress);
    options.decode_audio = false;
    options.audio = [&](size_t, const Waveform& chunk) {
      stdout_stream->Write(chunk);
      return !interrupts.requested();
    };
  }
  const auto results = model.Generate(requests, options);
  progress.Finish();
  const bool stopped = std::any_of(results.begin(), results.end(),
                                   [](const GenerationResult& result) { return !result.complete; });
  if (stopped || interrupts.requested()) {
    std::fputs("musicgen: interrupted\n", stderr);
    return common::kExitInterrupted;
  }
  if (stdout_stream) stdout_stream->Finish();
  WriteAll(results, requests, files, flags, model);
  const double seconds = SecondsSince(start);
  for (size_t i = 0; i < results.size(); ++i) {
    if (flags.json) {
      PrintJson(files[i], requests[i], results[i], model, seconds, progress.steps_per_s());
    }
    if (!flags.no_progress) {
      const double seconds_made = static_cast<double>(results[i].codes.frames) /
                                  static_cast<double>(model.info().frame_rate_hz);
      std::fprintf(stderr, "%s: %s\n", files[i] == "-" ? "stdout" : files[i].c_str(),
                   common::Seconds(seconds_made).c_str());
    }
  }
  if (!flags.no_progress) {
    std::fprintf(stderr, "took %.1f s, %.1f steps/s\n", seconds,
                 progress.steps_per_s().value_or(0.0));
  }
  return 0;
}

}  // namespace musicgen::cli
