#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/open_model.h"
#include "cli/outputs.h"
#include "cli/pieces.h"
#include "cli/progress.h"
#include "cli/streamed_output.h"

namespace musicgen::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxComment = 2000;  // bytes a WAV file's comment may have
constexpr size_t kMaxStreams = 8;     // that the library steps together

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void CheckFlags(const GenerateFlags& flags) {
  if (flags.audio.output == "-" && flags.json) {
    BadInput("--json and --output - both write to stdout: expected one of them");
  }
  if (!flags.codes_out.empty()) CheckWritable(flags.codes_out);
}

int64_t Frames(const Piece& piece, const ModelInfo& info) {
  return static_cast<int64_t>(piece.duration_s * static_cast<double>(info.frame_rate_hz));
}

void CheckLengths(const std::vector<Piece>& pieces, const GenerateFlags& flags,
                  const ModelInfo& info) {
  for (const Piece& piece : pieces) {
    if (Frames(piece, info) < 1) {
      BadInput("duration: expected at least one frame of 1/" + std::to_string(info.frame_rate_hz) +
               " s, found " + std::to_string(piece.duration_s) + " s");
    }
    if (!flags.codes_out.empty() && Frames(piece, info) != Frames(pieces.front(), info)) {
      BadInput("--codes-out: a codes file holds pieces of one duration, found several");
    }
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

int Streams(const std::vector<Piece>& pieces) {
  return static_cast<int>(std::min<size_t>(pieces.size(), kMaxStreams));
}

void PrintSetting(const Model& model, const std::vector<Piece>& pieces) {
  const ModelInfo& info = model.info();
  const char* precision = PrecisionName(info.precision);
  std::fprintf(stderr, "model %s (file %s), precision %s, %d threads, %s\n", info.path.c_str(),
               info.file_dtype.c_str(), precision, model.threads(), InstructionSet().c_str());
  const auto need = info.memory.find(precision);
  if (need == info.memory.end()) return;
  const double caches = static_cast<double>(need->second.cache_bytes_per_stream) *
                        static_cast<double>(Streams(pieces)) *
                        std::min(1.0, Longest(pieces) / info.max_duration_s);
  std::fprintf(stderr, "memory: weights %.2f GB, keys and values %.2f GB\n",
               static_cast<double>(need->second.weights_bytes) / 1e9, caches / 1e9);
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
    }
    if (!piece.continue_file.empty()) {
      request.audio_prompt =
          ReadAudio(piece.continue_file, {flags.prompt_start_s, flags.prompt_duration_s});
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

JsonObject Description(const GenerationRequest& request, const ModelInfo& info) {
  const GenerationParams& params = request.params;
  JsonObject comment;
  comment.Set("prompt", request.prompt);
  comment.Set("seed", params.seed);
  comment.Set("duration", params.duration_s);
  if (params.use_sampling) {
    comment.Set("temperature", params.temperature);
    comment.Set("top_k", params.top_k);
    comment.Set("top_p", params.top_p);
  } else {
    comment.Set("greedy", true);
  }
  comment.Set("cfg_coef", params.cfg_coef);
  if (params.two_step_cfg) comment.Set("two_step_cfg", true);
  comment.Set("precision", PrecisionName(info.precision));
  std::filesystem::path folder(info.path);
  if (!folder.has_filename()) folder = folder.parent_path();
  comment.Set("model", folder.filename().string());
  comment.Set("software", std::string("musicgen ") + kVersion);
  return comment;
}

// What the file says about its making: enough to make it again, and neither time nor host.
// Metadata is short: a prompt too long for it loses its end, and the comment says so.
std::string Comment(GenerationRequest request, const ModelInfo& info) {
  std::string comment = Description(request, info).Compact();
  if (!request.prompt) return comment;
  for (size_t kept = kMaxComment; comment.size() > kMaxComment && kept > 0; kept -= kept / 16 + 1) {
    if (kept >= request.prompt->size()) continue;
    request.prompt->resize(kept);
    comment = Description(request, info).Set("prompt_is_cut", true).Compact();
  }
  return comment;
}

void WriteAll(const std::vector<GenerationResult>& results,
              const std::vector<GenerationRequest>& requests, const std::vector<std::string>& files,
              const GenerateFlags& flags, const ModelInfo& info) {
  if (!flags.codes_out.empty()) {
    std::vector<Codes> codes;
    codes.reserve(results.size());
    for (const GenerationResult& result : results) codes.push_back(result.codes);
    WriteCodes(flags.codes_out, codes,
               {info.frame_rate_hz, info.sample_rate_hz, info.codebook_size});
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (IsStreamed(flags.audio)) continue;
    WriteAudio(flags.audio, files[i], results[i].audio, Comment(requests[i], info));
  }
}

void PrintJson(const std::string& file, const GenerationRequest& request,
               const GenerationResult& result, const ModelInfo& info, double seconds,
               std::optional<double> steps_per_s) {
  JsonObject line;
  line.Set("file", file);
  line.Set("prompt", request.prompt);
  line.Set("seed", request.params.seed);
  line.Set("frames", result.codes.frames);
  line.Set("duration_s", result.audio.duration_s());
  line.Set("sample_rate", info.sample_rate_hz);
  line.Set("channels", info.audio_channels);
  line.Set("precision", PrecisionName(info.precision));
  line.Set("seconds", seconds);  // of the whole batch
  line.Set("steps_per_s", steps_per_s);
  std::printf("%s\n", line.Compact().c_str());
}

}  // namespace

int Run(const GenerateFlags& flags) {
  CheckFlags(flags);
  const bool draw_seed = flags.seed < 0;
  const uint64_t seed = draw_seed ? std::random_device()() : static_cast<uint64_t>(flags.seed);
  const std::vector<Piece> pieces = ListPieces(flags, seed);
  const std::vector<std::string> files = AudioFiles(flags.audio, pieces.size());

  Model model = OpenModel(flags.model);
  const std::vector<GenerationRequest> requests = Requests(pieces, flags, model.info());
  CheckLengths(pieces, flags, model.info());
  model.Load(Streams(pieces), Longest(pieces));
  if (!flags.no_progress) PrintSetting(model, pieces);
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
  if (!results || interrupts.requested()) {
    std::fputs("musicgen: interrupted\n", stderr);
    return kExitInterrupted;
  }
  if (stdout_stream) stdout_stream->Finish();
  WriteAll(*results, requests, files, flags, model.info());
  const double seconds = SecondsSince(start);
  for (size_t i = 0; i < results->size(); ++i) {
    if (flags.json) {
      PrintJson(files[i], requests[i], (*results)[i], model.info(), seconds,
                progress.steps_per_s());
    }
    if (!flags.no_progress) {
      const double seconds_made = static_cast<double>((*results)[i].codes.frames) /
                                  static_cast<double>(model.info().frame_rate_hz);
      std::fprintf(stderr, "%s: %.2f s\n", files[i] == "-" ? "stdout" : files[i].c_str(),
                   seconds_made);
    }
  }
  if (!flags.no_progress) {
    std::fprintf(stderr, "took %.1f s, %.1f steps/s\n", seconds,
                 progress.steps_per_s().value_or(0.0));
  }
  return 0;
}

}  // namespace musicgen::cli
