// The command line and its environment twins, parsed into plain structs. Every value is checked
// here as far as that goes without a model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

inline constexpr double kMaxDuration = 86400.0;  // seconds

ReferenceDialect DialectOf(const std::string& reference);  // of "auto", "hf" or "audiocraft"
Precision PrecisionOf(const std::string& name);            // of "auto", "f32", …

// Flags of every command that takes a model.
struct ModelFlags {
  std::string model, text_encoder, codec, style_encoder, demucs;
  std::vector<std::string> loras;  // FILE or FILE=strength
  std::string stems = "auto";      // of a melody
  std::string precision = "auto", device = "auto", reference = "auto";
  int64_t threads = 0;
  bool strict = false, offline = false;

  ModelOptions Options() const;
};

// Flags of the commands that write sound.
struct AudioFlags {
  std::string output = "out.wav";
  std::string strategy = "loudness";
  std::string format;         // empty: from the suffix
  std::string sample_format;  // empty: s16, or with strategy none f32 (FLAC: s24)

  Strategy level() const;
  // From the format given, or the output's suffix. Throws Error(kBadInput) for an unknown one.
  AudioFormat kind() const;
  // Throws Error(kBadInput) for samples that the format cannot store.
  SampleFormat samples() const;
};

// A sound whose style is followed, and how.
struct StyleSource {
  std::string file;  // empty: none
  StyleParams params;
};

struct GenerateFlags {
  ModelFlags model;
  AudioFlags audio;
  std::vector<std::string> prompts;
  std::string prompts_file;
  int64_t unconditional = 0;
  double duration_s = 10.0;
  int64_t seed = -1;
  GenerationParams params;
  std::string melody, continue_file;
  StyleSource style;
  double prompt_start_s = 0;     // in continue_file; below 0: before its end
  double prompt_duration_s = 0;  // of it; 0: to its end
  double max_duration_s = 0;     // 0: the model's own window
  double extend_stride_s = 0;    // 0: by the window
  bool greedy = false, json = false, no_progress = false;
  std::string codes_out;
};

struct LiveFlags {
  ModelFlags model;
  AudioFlags audio;
  std::string format = "wav";
  bool bare_samples = false;  // format pcm: WAV without its header
  std::vector<std::string> prompts;
  double ahead_s = 3;
  double duration_s = 0;  // 0: without end
  bool end_at_eof = false;
  std::string melody, continue_file;
  StyleSource style;
  double max_duration_s = 0, extend_stride_s = 0;  // as in GenerateFlags
  int64_t seed = -1;
  GenerationParams params;
  bool greedy = false, no_progress = false;

  LiveFlags() { audio.output = "-"; }
};

struct TokenizeFlags {
  ModelFlags model;
  std::vector<std::string> texts;
};

struct ScoreFlags {
  ModelFlags model;
  std::vector<std::string> prompts;
  std::string prompts_file, melody, codes, logits_out;
  StyleSource style;
  double cfg_coef = 3.0;
  std::optional<double> cfg_coef_beta;
};

struct EncodeFlags {
  ModelFlags model;
  std::string audio;
  std::string output = "codes.safetensors";
};

struct DecodeFlags {
  ModelFlags model;
  AudioFlags audio;
  std::string codes;
};

struct ChromaFlags {
  std::string audio, output, model, reference = "auto", stems = "auto", demucs;
  bool offline = false;
};

struct SeparateFlags {
  std::string audio, output, stem, demucs;
  std::string format = "wav";
  int64_t shifts = 0, threads = 0;
  bool offline = false, no_progress = false;
};

struct StyleFlags {
  ModelFlags model;
  std::string output;
  StyleSource style;
};

struct PlotFlags {
  std::string audio, output;
};

struct InfoFlags {
  ModelFlags model;
  bool json = false;
};

struct BenchFlags {
  ModelFlags model;
  int64_t steps = 1503;  // 30 s and the delays
  int64_t batch = 1;
};

// The values are those of transformers in f32.
struct VerifyFlags {
  ModelFlags model;
  std::string known_as, values;
  bool json = false;

  VerifyFlags() {
    model.precision = "f32";
    model.reference = "hf";
  }
};

struct ConvertFlags {
  ModelFlags model;
  std::string output;
};

struct DownloadFlags {
  std::string model, revision;
  std::string format = "auto", precision = "auto";
  std::vector<std::string> include;
  bool offline = false;
};

// Of the server. Sizes are the option's units.
struct ServeFlags {
  ModelFlags model;                 // what all models share; `model` itself stays empty
  std::vector<std::string> models;  // the first is the default; empty: the demo model
  std::string host = "127.0.0.1";
  int64_t port = 8080;  // 0: any that is free
  int64_t parallel = 0, queue = 32;
  std::string api_key, tls_cert, tls_key;
  std::vector<std::string> allowed_hosts;
  std::string access_log;
  double drain_s = 30;
  int64_t header_kib = 16, json_kib = 1024, upload_mib = 50, bodies_mib = 256, connections = 4096;
  double upload_minutes = 10, audio_length_s = 300, kept_s = 3600, ahead_s = 3;
  int64_t prompt_characters = 4096, takes = 16, kept_jobs = 512;
};

// The server's child that decodes what clients send.
struct DecodeUploadFlags {};

// What is left to do when the parser itself has answered: --help, --version.
struct Answer {
  std::string text;
};

using Command =
    std::variant<GenerateFlags, TokenizeFlags, ScoreFlags, EncodeFlags, DecodeFlags, ChromaFlags,
                 SeparateFlags, StyleFlags, PlotFlags, InfoFlags, BenchFlags, ConvertFlags,
                 VerifyFlags, DownloadFlags, LiveFlags, ServeFlags, DecodeUploadFlags, Answer>;

// Throws Error(kBadInput).
Command ParseCommandLine(int argc, const char* const* argv);

}  // namespace musicgen::cli
