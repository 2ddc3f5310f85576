#include <cctype>
#include <filesystem>
#include <limits>
#include <map>

#include "cli/lora.h"
#include "cli/subcommands.h"
#include "common/errors.h"

namespace musicgen::cli {

using common::BadInput;

void AddModelPaths(common::Flags& flags, ModelFlags& values) {
  flags.Name(
      "-m,--model", values.model,
      "Directory or GGUF file of the model, org/name[@revision] on the Hugging Face hub, or a "
      "short name: downloaded where the cache lacks it; by default the demo model",
      "MODEL");
  AddModelParts(flags, values);
}

void AddModelParts(common::Flags& flags, ModelFlags& values) {
  flags.Name("--text-encoder", values.text_encoder,
             "Directory or hub id of a T5, where the model's files hold none", "DIR");
  flags.Name("--codec", values.codec,
             "Directory or hub id of an EnCodec, where the model's files hold none", "DIR");
  flags.Name("--style-encoder", values.style_encoder,
             "Directory or hub id of a MERT, for style models; else MERT-v1-95M is looked for",
             "DIR");
  flags.Names(
      "--lora", values.loras,
      "LoRA adapter, as PEFT saves it, to merge into the weights: directory, file or hub id, "
      "with a strength behind = (1); repeatable",
      "FILE[=strength]");
  flags.Switch("--offline", values.offline, "Download nothing");
  flags.Switch("--strict", values.strict, "Refuse a model with tensors that nobody needs");
}

void AddMachine(common::Flags& flags, ModelFlags& values) {
  flags.Choice("--device", values.device, "Where to compute", {"auto", "cpu"}, {"vulkan", "cuda"});
  flags.Number("-t,--threads", values.threads, "0: one for each processor", "N", 0, 256);
}

void AddReading(common::Flags& flags, ModelFlags& values) {
  flags.Choice("--precision", values.precision, "Format of the weights in memory",
               {"auto", "f32", "f16", "bf16", "q8", "q4"});
  flags.Choice("--reference", values.reference,
               "Whose reading of empty prompts and padding to follow",
               {"auto", "hf", "audiocraft"});
}

void AddModel(common::Flags& flags, ModelFlags& values) {
  AddModelPaths(flags, values);
  AddReading(flags, values);
  AddMachine(flags, values);
}

void AddAudio(common::Flags& flags, AudioFlags& values) {
  flags.Name("-o,--output", values.output,
             "Sound file (.wav, .flac, .ogg, .opus, .mp3); several results become out_0.wav, "
             "out_1.wav, …; - is stdout",
             "FILE");
  flags.Choice("--strategy", values.strategy, "How the level is set",
               {"loudness", "peak", "rms", "clip", "none"});
  flags.Choice("--format", values.format, "File format; by default the output's suffix",
               {"wav", "flac", "ogg", "opus", "mp3"});
  flags.Choice("--sample-format", values.sample_format,
               "Sample format of WAV and FLAC; by default s16, with strategy none f32 (FLAC: s24)",
               {"s16", "s24", "f32"});
}

void AddWindows(common::Flags& flags, double& max_duration_s, double& extend_stride_s) {
  flags.Number("--max-duration", max_duration_s,
               "Window that longer pieces are made of; 0: the model's own, 30 for the published "
               "ones",
               "S", 0.0, kMaxDuration);
  flags.Number("--extend-stride", extend_stride_s,
               "Each window begins so many seconds after the one before; 0: 18, or 0.6 of a window "
               "that is not longer",
               "S", 0.0, kMaxDuration);
}

void AddSeed(common::Flags& flags, int64_t& seed, const std::string& help) {
  constexpr int64_t kMaxSeed = std::numeric_limits<int64_t>::max() / 2;  // room for seed + i
  flags.Number("-s,--seed", seed, help, "N", -1, kMaxSeed);
}

void AddSampling(common::Flags& flags, GenerationParams& params, bool& greedy) {
  flags.Number("--temperature", params.temperature,
               "0 means --greedy; 1 unless the model has its own", "X", 0.0, 100.0);
  flags.Number("--top-k", params.top_k,
               "Draw among the k most probable codes; 0: all; 250 unless the model has its own",
               "K", 0, 1 << 20);
  flags.Number("--top-p", params.top_p,
               "Above 0: draw among the most probable codes of this total probability instead; 0 "
               "unless the model has its own",
               "P", 0.0, 1.0);
  flags.Number("--cfg-coef", params.cfg_coef,
               "Strength of the prompt; 1: no guidance; 3 unless the model has its own", "X", 0.0,
               100.0);
  AddBeta(flags, params.cfg_coef_beta);
  flags.Switch("--two-step-cfg", params.two_step_cfg, "Guidance in two passes");
  flags.Switch("--greedy", greedy, "Always take the most probable code");
}

void AddBeta(common::Flags& flags, std::optional<double>& beta) {
  flags.Number("--cfg-coef-beta", beta,
               "Strength of the prompt beside a style or melody, inside --cfg-coef (double "
               "guidance); 1: none; 5 for a prompt with a style, 1 else",
               "X", 0.0, 100.0);
}

void AddStems(common::Flags& flags, std::string& stems, std::string& demucs) {
  flags.Choice("--stems", stems,
               "Take drums and bass out of the melody first, as AudioCraft does with HT-Demucs; "
               "auto: where its weights are found",
               {"auto", "on", "off"});
  flags.Name("--demucs", demucs,
             "File or directory of an HT-Demucs; else it is looked for beside the model and in "
             "the caches",
             "FILE|DIR");
}

void AddStyle(common::Flags& flags, StyleSource& values) {
  flags.Name("--style", values.file, "Sound whose style to follow (style models)", "FILE");
  AddStyleParams(flags, values.params);
}

void AddStyleParams(common::Flags& flags, StyleParams& params) {
  flags.Number("--style-eval-q", params.eval_q,
               "Codebooks of the style's bottleneck: more follow the sound more closely; 3 unless "
               "the model has its own",
               "N", 1, 64);
  flags.Number("--style-excerpt", params.excerpt_s,
               "Seconds of the sound that are heard; 3 unless the model has its own", "S", 0.0,
               30.0);
  flags.Number("--style-start", params.start_s,
               "Where these begin; by default they are the sound's middle", "S", 0.0, kMaxDuration);
}

void AddPromptsFile(common::Flags& flags, std::string& path) {
  flags.Name("--prompts-file", path,
             "A prompt per line, or a JSON object per line with prompt, seed, duration, melody, "
             "style, continue, or a JSON array of them; - is stdin",
             "FILE");
}

ReferenceDialect DialectOf(const std::string& reference) {
  static const std::map<std::string, ReferenceDialect> dialects = {
      {"auto", ReferenceDialect::kAuto},
      {"hf", ReferenceDialect::kHuggingFace},
      {"audiocraft", ReferenceDialect::kAudioCraft}};
  return dialects.at(reference);
}

Precision PrecisionOf(const std::string& name) {
  static const std::map<std::string, Precision> precisions = {
      {"auto", Precision::kAuto}, {"f32", Precision::kF32}, {"f16", Precision::kF16},
      {"bf16", Precision::kBF16}, {"q8", Precision::kQ8},   {"q4", Precision::kQ4}};
  return precisions.at(name);
}

ModelOptions ModelFlags::Options() const {
  ModelOptions options;
  options.model = model;
  options.text_encoder = text_encoder;
  options.codec = codec;
  options.style_encoder = style_encoder;
  options.demucs = demucs;
  for (const std::string& text : loras) options.loras.push_back(ReadLora(text));
  options.precision = PrecisionOf(precision);
  options.reference = DialectOf(reference);
  options.device = device;
  options.threads = static_cast<int>(threads);
  options.strict = strict;
  return options;
}

Strategy AudioFlags::level() const {
  static const std::map<std::string, Strategy> strategies = {{"loudness", Strategy::kLoudness},
                                                             {"peak", Strategy::kPeak},
                                                             {"rms", Strategy::kRms},
                                                             {"clip", Strategy::kClip},
                                                             {"none", Strategy::kNone}};
  return strategies.at(strategy);
}

AudioFormat AudioFlags::kind() const {
  static const std::map<std::string, AudioFormat> formats = {{"wav", AudioFormat::kWav},
                                                             {"flac", AudioFormat::kFlac},
                                                             {"ogg", AudioFormat::kOgg},
                                                             {"opus", AudioFormat::kOpus},
                                                             {"mp3", AudioFormat::kMp3}};
  if (!format.empty()) return formats.at(format);
  std::string suffix = std::filesystem::path(output).extension().string();
  if (suffix.empty()) return AudioFormat::kWav;
  for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto found = formats.find(suffix.substr(1));
  if (found != formats.end()) return found->second;
  BadInput("--output: no sound format is known for the suffix " + suffix + " of " + output +
           ": expected .wav, .flac, .ogg, .opus or .mp3, or --format");
}

SampleFormat AudioFlags::samples() const {
  const AudioFormat file = kind();
  const bool flac = file == AudioFormat::kFlac;
  if (sample_format.empty()) {
    if (strategy != "none") return SampleFormat::kPcm16;
    return flac ? SampleFormat::kPcm24 : SampleFormat::kFloat32;
  }
  if (file != AudioFormat::kWav && !flac) {
    BadInput("--sample-format: expected WAV or FLAC, since no other format stores samples, found " +
             (format.empty() ? output : format));
  }
  if (sample_format == "s16") return SampleFormat::kPcm16;
  if (sample_format == "s24") return SampleFormat::kPcm24;
  if (flac) BadInput("--sample-format: FLAC stores integers: expected s16 or s24, found f32");
  return SampleFormat::kFloat32;
}

}  // namespace musicgen::cli
