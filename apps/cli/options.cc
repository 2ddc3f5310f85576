#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "cli/build_info.h"
#include "cli/errors.h"

namespace musicgen::cli {
namespace {

constexpr int64_t kMaxSeed = std::numeric_limits<int64_t>::max() / 2;  // room for seed + i

// CLI11 splits a positional argument "[a, b]" into a list. Such arguments travel behind a mark.
constexpr char kMark = '\x01';

bool LooksLikeList(const std::string& argument) {
  return argument.size() >= 2 && argument.front() == '[' && argument.back() == ']';
}

const CLI::Validator kText(
    [](std::string& text) {
      if (!text.empty() && text.front() == kMark) text.erase(0, 1);
      return std::string();
    },
    "");

template <class T>
std::optional<T> ParseNumber(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string Print(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}
std::string Print(int64_t value) { return std::to_string(value); }

// A number from `least` to `most`; NaN is in no range.
template <class T>
CLI::Validator Between(T least, T most) {
  const std::string kind = std::is_integral_v<T> ? "a whole number" : "a number";
  const std::string range = kind + " from " + Print(least) + " to " + Print(most);
  return CLI::Validator(
      [=](std::string& text) {
        const std::optional<T> value = ParseNumber<T>(text);
        if (value && *value >= least && *value <= most) return std::string();
        return "expected " + range + ", found '" + text + "'";
      },
      "");
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

// One of the words; those of `later` are known but belong to a version to come.
CLI::Validator OneOf(const std::vector<std::string>& words,
                     const std::vector<std::string>& later = {}) {
  return CLI::Validator(
      [=](std::string& text) {
        if (std::count(words.begin(), words.end(), text) > 0) return std::string();
        const std::string word = text.substr(0, text.find(':'));  // cuda:0
        const bool known = std::count(later.begin(), later.end(), word) > 0;
        if (known) return text + " is not available in this version: expected " + Join(words);
        return "expected " + Join(words) + ", found '" + text + "'";
      },
      "");
}

const CLI::Validator kBoolean(
    [](std::string& text) {
      static const std::vector<std::string> words = {"true", "false", "on", "off",
                                                     "yes",  "no",    "1",  "0"};
      if (std::count(words.begin(), words.end(), text) > 0) return std::string();
      return "expected true or false, found '" + text + "'";
    },
    "");

const CLI::Validator kDuration(
    [](std::string& text) {
      const std::optional<double> value = ParseNumber<double>(text);
      if (value && *value > 0 && *value <= kMaxDuration) return std::string();
      return "expected seconds above 0 and at most " + Print(kMaxDuration) + ", found '" + text +
             "'";
    },
    "");

// MUSICGEN_TOP_K for --top-k.
std::string EnvironmentTwin(const std::string& names) {
  std::string twin = "MUSICGEN" + names.substr(names.find("--") + 1);
  for (char& c : twin) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return twin;
}

template <class T>
CLI::Option* Flag(CLI::App* app, const std::string& names, T& value, const std::string& help,
                  const CLI::Validator& check, const std::string& type) {
  CLI::Option* option = app->add_option(names, value, help)->capture_default_str();
  return option->take_last()->envname(EnvironmentTwin(names))->transform(check)->type_name(type);
}

CLI::Option* TextFlag(CLI::App* app, const std::string& names, std::string& value,
                      const std::string& help, const std::string& type) {
  CLI::Option* option = app->add_option(names, value, help);
  if (!value.empty()) option->capture_default_str();
  return option->take_last()->envname(EnvironmentTwin(names))->transform(kText)->type_name(type);
}

// Choices may stay empty, which no argument can say.
CLI::Option* Choice(CLI::App* app, const std::string& names, std::string& value,
                    const std::string& help, const std::vector<std::string>& words,
                    const std::vector<std::string>& later = {}) {
  std::string type;
  for (const std::string& word : words) type += (type.empty() ? "" : "|") + word;
  CLI::Option* option = app->add_option(names, value, help);
  if (!value.empty()) option->capture_default_str();
  return option->take_last()
      ->envname(EnvironmentTwin(names))
      ->transform(OneOf(words, later))
      ->type_name(type);
}

void Switch(CLI::App* app, const std::string& names, bool& value, const std::string& help) {
  app->add_flag(names, value, help)->envname(EnvironmentTwin(names))->transform(kBoolean);
}

void AddModelPaths(CLI::App* app, ModelFlags& flags) {
  TextFlag(
      app, "-m,--model", flags.model,
      "Directory or GGUF file of the model, org/name[@revision] in the Hugging Face cache, or a "
      "short name",
      "MODEL");
  TextFlag(app, "--text-encoder", flags.text_encoder,
           "Directory of a T5, where the model's files hold none", "DIR");
  TextFlag(app, "--codec", flags.codec,
           "Directory of an EnCodec, where the model's files hold none", "DIR");
  Switch(app, "--strict", flags.strict, "Refuse a model with tensors that nobody needs");
}

void AddModel(CLI::App* app, ModelFlags& flags) {
  AddModelPaths(app, flags);
  Choice(app, "--precision", flags.precision, "Format of the weights in memory",
         {"auto", "f32", "f16", "bf16", "q8", "q4"});
  Choice(app, "--device", flags.device, "Where to compute", {"auto", "cpu"}, {"cuda"});
  Choice(app, "--reference", flags.reference,
         "Whose reading of empty prompts and padding to follow", {"auto", "hf", "audiocraft"});
  Flag(app, "-t,--threads", flags.threads, "0: one for each processor", Between<int64_t>(0, 256),
       "N");
}

void AddAudio(CLI::App* app, AudioFlags& flags) {
  TextFlag(
      app, "-o,--output", flags.output,
      "Sound file (.wav, .flac, .ogg, .opus, .mp3); several results become out_0.wav, out_1.wav, "
      "…; - is stdout",
      "FILE");
  Choice(app, "--strategy", flags.strategy, "How the level is set",
         {"loudness", "peak", "rms", "clip", "none"});
  Choice(app, "--format", flags.format, "File format; by default the output's suffix",
         {"wav", "flac", "ogg", "opus", "mp3"});
  Choice(app, "--sample-format", flags.sample_format,
         "Sample format of WAV and FLAC; by default s16, with strategy none f32 (FLAC: s24)",
         {"s16", "s24", "f32"});
}

void AddPrompts(CLI::App* app, std::string& prompts_file) {
  TextFlag(app, "--prompts-file", prompts_file,
           "A prompt per line, or a JSON object per line with prompt, seed, duration, melody, "
           "continue",
           "FILE");
}

void AddTexts(CLI::App* app, const std::string& name, std::vector<std::string>& texts,
              const std::string& help) {
  app->add_option(name, texts, help)->transform(kText)->type_name("TEXT");
}

void AddGenerate(CLI::App* app, GenerateFlags& flags) {
  AddTexts(app, "prompt", flags.prompts, "What the music should be like");
  AddModel(app, flags.model);
  AddAudio(app, flags.audio);
  AddPrompts(app, flags.prompts_file);
  Flag(app, "--unconditional", flags.unconditional, "So many pieces without a prompt",
       Between<int64_t>(0, 10000), "N");
  Flag(app, "-d,--duration", flags.duration_s, "Seconds, those of --continue included", kDuration,
       "S");
  TextFlag(app, "--melody", flags.melody, "Sound whose melody to follow (melody models)", "FILE");
  TextFlag(app, "--continue", flags.continue_file, "Sound to continue", "FILE");
  Flag(
      app, "--prompt-start", flags.prompt_start_s,
      "Continue what comes so many seconds after the beginning of --continue; below 0: the last so "
      "many seconds",
      Between<double>(-kMaxDuration, kMaxDuration), "S");
  Flag(app, "--prompt-duration", flags.prompt_duration_s,
       "Use only so many seconds of --continue; 0: all", Between<double>(0, kMaxDuration), "S");
  Flag(app, "--max-duration", flags.max_duration_s,
       "Window that longer pieces are made of; 0: the model's own, 30 for the published ones",
       Between<double>(0, kMaxDuration), "S");
  Flag(app, "--extend-stride", flags.extend_stride_s,
       "Each window begins so many seconds after the one before; 0: 18, or 0.6 of a window that is "
       "not longer",
       Between<double>(0, kMaxDuration), "S");
  Flag(app, "-s,--seed", flags.seed, "Prompt i uses seed + i; -1 draws one",
       Between<int64_t>(-1, kMaxSeed), "N");
  Flag(app, "--temperature", flags.params.temperature, "0 means --greedy", Between<double>(0, 100),
       "X");
  Flag(app, "--top-k", flags.params.top_k, "Draw among the k most probable codes; 0: all",
       Between<int64_t>(0, 1 << 20), "K");
  Flag(app, "--top-p", flags.params.top_p,
       "Above 0: draw among the most probable codes of this total probability instead",
       Between<double>(0, 1), "P");
  Flag(app, "--cfg-coef", flags.params.cfg_coef, "Strength of the prompt; 1: no guidance",
       Between<double>(0, 100), "X");
  Switch(app, "--two-step-cfg", flags.params.two_step_cfg, "Guidance in two passes");
  Switch(app, "--greedy", flags.greedy, "Always take the most probable code");
  TextFlag(app, "--codes-out", flags.codes_out, "Also write the codes, as safetensors", "FILE");
  Switch(app, "--json", flags.json, "Print a JSON object for each result on stdout");
  Switch(app, "--no-progress", flags.no_progress,
         "Print nothing but errors, clipped samples and a drawn seed");
}

void AddTokenize(CLI::App* app, TokenizeFlags& flags) {
  AddTexts(app, "text", flags.texts, "Texts to turn into token ids");
  app->get_option("text")->required();
  AddModel(app, flags.model);
}

void AddScore(CLI::App* app, ScoreFlags& flags) {
  AddModel(app, flags.model);
  app->add_option("--prompt", flags.prompts,
                  "The codes' prompt: one for all samples, or given once for each; none: "
                  "unconditional")
      ->allow_extra_args(false)
      ->envname("MUSICGEN_PROMPT")
      ->transform(kText)
      ->type_name("TEXT");
  AddPrompts(app, flags.prompts_file);
  TextFlag(app, "--melody", flags.melody, "The codes' melody (melody models)", "FILE");
  TextFlag(app, "--codes", flags.codes, "Codes to score, as safetensors", "FILE")->required();
  TextFlag(app, "--logits-out", flags.logits_out,
           "Write conditional, unconditional and guided logits [K, T, V], as safetensors", "FILE");
  Flag(app, "--cfg-coef", flags.cfg_coef, "Guidance of the guided logits", Between<double>(0, 100),
       "X");
}

void AddEncode(CLI::App* app, EncodeFlags& flags) {
  TextFlag(app, "audio,--audio", flags.audio, "Sound to encode", "FILE")->required();
  AddModel(app, flags.model);
  TextFlag(app, "-o,--output", flags.output, "Codes, as safetensors", "FILE");
}

void AddDecode(CLI::App* app, DecodeFlags& flags) {
  TextFlag(app, "codes,--codes", flags.codes, "Codes to decode, as safetensors", "FILE")
      ->required();
  AddModel(app, flags.model);
  AddAudio(app, flags.audio);
}

void AddSound(CLI::App* app, std::string& audio, std::string& output, const std::string& help) {
  TextFlag(app, "audio,--audio", audio, "WAV, AIFF, AU, CAF, FLAC, Ogg or MP3 file", "FILE")
      ->required();
  TextFlag(app, "-o,--output", output, help, "FILE")->required();
}

void AddChroma(CLI::App* app, ChromaFlags& flags) {
  AddSound(app, flags.audio, flags.output, "safetensors file");
  TextFlag(app, "-m,--model", flags.model,
           "Melody model whose settings to use; by default the published models'", "DIR");
  Choice(app, "--reference", flags.reference,
         "Whose resampling to follow; hf also cuts at 30 s; auto: the model's own, else audiocraft",
         {"auto", "hf", "audiocraft"});
}

void AddPlot(CLI::App* app, PlotFlags& flags) {
  AddSound(app, flags.audio, flags.output, "PNG file");
}

void AddInfo(CLI::App* app, InfoFlags& flags) {
  AddModel(app, flags.model);
  Switch(app, "--json", flags.json, "Print JSON");
}

void AddBench(CLI::App* app, BenchFlags& flags) {
  AddModel(app, flags.model);
  Flag(app, "--steps", flags.steps, "Decode steps of each stream", Between<int64_t>(4, 1503), "N");
  Flag(app, "--batch", flags.batch, "Guided streams stepped together", Between<int64_t>(1, 256),
       "N");
}

void AddConvert(CLI::App* app, ConvertFlags& flags) {
  AddModelPaths(app, flags.model);
  TextFlag(app, "-o,--output", flags.output, "Folder, or GGUF file (.gguf), to write", "DIR|FILE")
      ->required();
  Choice(app, "--precision", flags.model.precision,
         "Format of the weights in the file; auto: as they are; q8 and q4: GGUF only",
         {"auto", "f32", "f16", "bf16", "q8", "q4"});
}

[[noreturn]] void NoSubcommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string found = arguments.empty() ? "nothing" : "'" + arguments.front() + "'";
  BadInput("expected a subcommand, " + Join(names) + ", found " + found);
}

// " (from MUSICGEN_TOP_K)" when the option an error speaks of was not on the command line.
std::string Origin(CLI::App* app, const std::string& message,
                   const std::vector<std::string>& arguments) {
  for (const CLI::Option* option : app->get_options()) {
    const std::string name = option->get_name();
    if (option->get_envname().empty() || message.compare(0, name.size() + 1, name + ":") != 0) {
      continue;
    }
    const auto names_it = [&](const std::string& argument) {
      if (argument.compare(0, name.size(), name) == 0) return true;
      const std::vector<std::string>& letters = option->get_snames();
      return !letters.empty() && argument.compare(0, 2, "-" + letters.front()) == 0;
    };
    if (std::none_of(arguments.begin(), arguments.end(), names_it) &&
        std::getenv(option->get_envname().c_str()) != nullptr) {
      return " (from " + option->get_envname() + ")";
    }
  }
  return "";
}

}  // namespace

ReferenceDialect DialectOf(const std::string& reference) {
  static const std::map<std::string, ReferenceDialect> dialects = {
      {"auto", ReferenceDialect::kAuto},
      {"hf", ReferenceDialect::kHuggingFace},
      {"audiocraft", ReferenceDialect::kAudioCraft}};
  return dialects.at(reference);
}

ModelOptions ModelFlags::Options() const {
  if (model.empty()) {
    BadInput(
        "no model given: there is no demo model yet, so name one with -m DIR or MUSICGEN_MODEL");
  }
  static const std::map<std::string, Precision> precisions = {
      {"auto", Precision::kAuto}, {"f32", Precision::kF32}, {"f16", Precision::kF16},
      {"bf16", Precision::kBF16}, {"q8", Precision::kQ8},   {"q4", Precision::kQ4}};
  ModelOptions options;
  options.model = model;
  options.text_encoder = text_encoder;
  options.codec = codec;
  options.precision = precisions.at(precision);
  options.reference = DialectOf(reference);
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
  const bool flac = kind() == AudioFormat::kFlac;
  if (sample_format.empty()) {
    if (strategy != "none") return SampleFormat::kPcm16;
    return flac ? SampleFormat::kPcm24 : SampleFormat::kFloat32;
  }
  if (sample_format == "s16") return SampleFormat::kPcm16;
  if (sample_format == "s24") return SampleFormat::kPcm24;
  if (flac) BadInput("--sample-format: FLAC stores integers: expected s16 or s24, found f32");
  return SampleFormat::kFloat32;
}

Command ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app("Music from text: MusicGen in C++", "musicgen");
  app.set_version_flag("--version", std::string("musicgen ") + kVersion);
  app.require_subcommand(1);
  app.footer("Every flag has an environment twin: --top-k is MUSICGEN_TOP_K.");

  GenerateFlags generate;
  TokenizeFlags tokenize;
  ScoreFlags score;
  EncodeFlags encode;
  DecodeFlags decode;
  ChromaFlags chroma;
  PlotFlags plot;
  InfoFlags info;
  BenchFlags bench;
  ConvertFlags convert;
  AddGenerate(app.add_subcommand("generate", "Text to music"), generate);
  AddTokenize(app.add_subcommand("tokenize", "Text to token ids"), tokenize);
  AddScore(app.add_subcommand("score", "Cross-entropy of given codes"), score);
  AddEncode(app.add_subcommand("encode", "Sound to codes"), encode);
  AddDecode(app.add_subcommand("decode", "Codes to sound"), decode);
  AddChroma(app.add_subcommand("chroma", "The melody models' chroma of a sound"), chroma);
  AddPlot(app.add_subcommand("plot", "Picture of a sound"), plot);
  AddInfo(app.add_subcommand("info", "Configuration, sizes and memory needed"), info);
  AddBench(app.add_subcommand("bench", "Speed on this machine, as JSON"), bench);
  AddConvert(
      app.add_subcommand("convert", "A model between the Hugging Face and AudioCraft layouts"),
      convert);

  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  for (std::string& argument : arguments) {
    if (LooksLikeList(argument)) argument.insert(0, 1, kMark);
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return Answer{chosen.empty() ? app.help() : chosen.front()->help(app.get_name())};
  } catch (const CLI::CallForVersion&) {
    return Answer{app.version() + "\n"};
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    if (chosen.empty()) NoSubcommand(app, arguments);
    const std::string name = chosen.front()->get_name();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      BadInput(name + ": no such option: " + app.remaining(true).front() + "; see musicgen " +
               name + " --help");
    }
    BadInput(error.what() + Origin(chosen.front(), error.what(), arguments));
  }
  const std::string chosen = app.get_subcommands().front()->get_name();
  if (chosen == "generate") return generate;
  if (chosen == "tokenize") return tokenize;
  if (chosen == "score") return score;
  if (chosen == "encode") return encode;
  if (chosen == "decode") return decode;
  if (chosen == "chroma") return chroma;
  if (chosen == "plot") return plot;
  if (chosen == "info") return info;
  if (chosen == "convert") return convert;
  return bench;
}

}  // namespace musicgen::cli
