#include "cli/verify_replay.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/errors.h"

namespace musicgen::cli {
namespace {

using common::BadInput;

constexpr int64_t kRate_hz = 32000;
constexpr double kBeep_s = 0.125, kBeep_hz = 440;
constexpr double kSine_s = 1, kSineLevel = 0.4;
constexpr uint64_t kSeed = 42;

Waveform Sine(double frequency_hz) {
  Waveform sine(kRate_hz, 1, static_cast<int64_t>(kSine_s * kRate_hz));
  for (int64_t n = 0; n < sine.samples; ++n) {
    const double time_s = static_cast<double>(n) / kRate_hz;
    sine.values[static_cast<size_t>(n)] =
        static_cast<float>(kSineLevel * std::sin(2 * std::numbers::pi * frequency_hz * time_s));
  }
  return sine;
}

// In a batch transformers fills the shorter sounds up with silence: audio prompts in front,
// melodies behind.
Waveform Padded(const Waveform& sound, int64_t samples, bool in_front) {
  Waveform padded(sound.sample_rate_hz, sound.channels, samples);
  const int64_t at = in_front ? samples - sound.samples : 0;
  std::copy(sound.values.begin(), sound.values.end(), padded.values.begin() + at);
  return padded;
}

// The sounds of the samples, of one length; empty where there are none.
std::vector<Waveform> Sounds(const VerifyCheck& check) {
  std::vector<Waveform> sounds;
  for (const double frequency_hz : check.sines_hz) sounds.push_back(Sine(frequency_hz));
  for (const double duration_s : check.beeps_s) sounds.push_back(Beeps(duration_s));
  int64_t longest = 0;
  for (const Waveform& sound : sounds) longest = std::max(longest, sound.samples);
  for (Waveform& sound : sounds) {
    sound = Padded(sound, longest, !check.beeps_s.empty() && !check.beeps_are_melodies);
  }
  return sounds;
}

int64_t PromptFrames(const Waveform& sound, const ModelInfo& info) {
  return (sound.samples + info.hop_samples - 1) / info.hop_samples;
}

std::vector<GenerationRequest> Requests(const VerifyCheck& check, const ModelInfo& info) {
  const std::vector<Waveform> sounds = Sounds(check);
  const bool continues = !check.beeps_s.empty() && !check.beeps_are_melodies;
  // The last frame's last codebook comes so many steps late.
  const int64_t delay = info.codebooks / info.audio_channels - 1;
  const int64_t frames = std::max<int64_t>(1, check.max_new_tokens - delay) +
                         (continues ? PromptFrames(sounds.front(), info) : 0);
  std::vector<GenerationRequest> requests(check.prompts.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    GenerationRequest& request = requests[i];
    request.prompt = check.prompts[i];
    request.params.use_sampling = check.kind == CheckKind::kMelodiesDiffer;
    request.params.seed = kSeed;
    request.params.cfg_coef = check.cfg_coef;
    // Half a frame more, so that rounding takes none away.
    request.params.duration_s =
        (static_cast<double>(frames) + 0.5) / static_cast<double>(info.frame_rate_hz);
    if (sounds.empty()) continue;
    (continues ? request.audio_prompt : request.melody) = sounds[i];
  }
  return requests;
}

std::vector<Waveform> Pieces(Model& model, const VerifyCheck& check,
                             const std::function<bool()>& keep_going) {
  GenerateOptions options;
  options.progress = [&](const GenerationProgress&) { return keep_going(); };
  const auto results = model.Generate(Requests(check, model.info()), options);
  std::vector<Waveform> pieces;
  for (const GenerationResult& result : results) {
    if (!result.complete) return {};  // stopped
    pieces.push_back(result.audio);
  }
  return pieces;
}

// `count` values from `begin`, which counts from the end when it is below 0.
std::vector<double> Cut(const float* values, int64_t size, const ExpectedValues& expected,
                        const std::string& where) {
  const auto count = static_cast<int64_t>(expected.values.size());
  const int64_t begin = expected.begin < 0 ? size + expected.begin : expected.begin;
  if (begin < 0 || begin + count > size) {
    BadInput(where + ": expected values within the " + std::to_string(size) + " there are, found " +
             std::to_string(count) + " from " + std::to_string(expected.begin));
  }
  return {values + begin, values + begin + count};
}

std::string Part(const VerifyCheck& check, const ExpectedValues& expected, int64_t channels) {
  std::string row;
  if (check.kind == CheckKind::kLogits) row = " codebook " + std::to_string(expected.row);
  if (channels == 2 && check.kind == CheckKind::kSound)
    row = expected.row == 0 ? " left" : " right";
  return "sample " + std::to_string(expected.sample) + row + " from " +
         std::to_string(expected.begin);
}

VerifyRow Compare(const VerifyCheck& check, const ExpectedValues& expected,
                  std::vector<double> found, const std::string& part) {
  VerifyRow row{check.name, part, expected.values, std::move(found)};
  row.limit = check.tolerance;
  row.verdict = Verdict::kPass;
  for (size_t i = 0; i < row.expected.size(); ++i) {
    const double difference = std::abs(row.found[i] - row.expected[i]);
    if (!(difference <= row.difference)) {  // what is not a number is the largest
      row.difference = difference;
      row.at = i;
    }
    const double allowed = check.tolerance * (1 + std::abs(row.expected[i]));
    if (!(difference <= allowed)) row.verdict = Verdict::kFail;
    if (std::isnan(difference)) break;
  }
  return row;
}

// `score` has no batches; in front of the codes a batch's padded text counts.
bool IsPadded(const Model& model, const VerifyCheck& check, size_t sample) {
  if (model.info().model_type != "musicgen_melody") return false;
  const auto tokens = [&](const std::optional<std::string>& prompt) {
    return prompt ? model.Tokenize(*prompt).size() : 0;
  };
  return std::any_of(check.prompts.begin(), check.prompts.end(), [&](const auto& other) {
    return tokens(other) > tokens(check.prompts[sample]);
  });
}

std::vector<VerifyRow> ReplayLogits(Model& model, const VerifyCheck& check) {
  const std::vector<GenerationRequest> requests = Requests(check, model.info());
  std::vector<VerifyRow> rows;
  for (const ExpectedValues& expected : check.expected) {
    const auto sample = static_cast<size_t>(expected.sample);
    const std::string part = Part(check, expected, model.info().audio_channels);
    if (IsPadded(model, check, sample)) {
      VerifyRow row{check.name, part, expected.values};
      row.verdict = Verdict::kSkipped;
      row.reason = "its text is padded in the batch, which one sample alone cannot show";
      rows.push_back(row);
      continue;
    }
    // Codebook 0 of the first frame is predicted at the start column; the code does not matter.
    const ScoreResult score = model.Score(requests[sample], Codes(model.info().codebooks, 1), true);
    rows.push_back(Compare(
        check, expected,
        Cut(score.conditional.data(), score.codebook_size, expected, check.name + ", " + part),
        part));
  }
  return rows;
}

std::vector<VerifyRow> ReplaySound(Model& model, const VerifyCheck& check,
                                   const std::function<bool()>& keep_going) {
  const std::vector<Waveform> pieces = Pieces(model, check, keep_going);
  std::vector<VerifyRow> rows;
  if (pieces.empty()) return rows;
  for (const ExpectedValues& expected : check.expected) {
    const Waveform& piece = pieces[static_cast<size_t>(expected.sample)];
    const std::string part = Part(check, expected, piece.channels);
    rows.push_back(Compare(
        check, expected,
        Cut(piece.channel(expected.row), piece.samples, expected, check.name + ", " + part), part));
  }
  return rows;
}

std::vector<VerifyRow> ReplayMelodies(Model& model, const VerifyCheck& check,
                                      const std::function<bool()>& keep_going) {
  const std::vector<Waveform> pieces = Pieces(model, check, keep_going);
  if (pieces.empty()) return {};
  VerifyRow row{check.name, "mean difference"};
  double sum = 0;
  for (size_t i = 0; i < pieces[0].values.size(); ++i) {
    sum += std::abs(static_cast<double>(pieces[0].values[i]) -
                    static_cast<double>(pieces[1].values[i]));
  }
  row.difference = sum / static_cast<double>(pieces[0].values.size());
  row.found = {row.difference};
  row.limit = check.more_than;
  row.verdict = row.difference > row.limit ? Verdict::kPass : Verdict::kFail;
  return {row};
}

}  // namespace

Waveform Beeps(double duration_s) {
  Waveform beeps(kRate_hz, 1, static_cast<int64_t>(duration_s * kRate_hz));
  for (int64_t n = 0; n < beeps.samples; ++n) {
    const double time_s = static_cast<double>(n) / kRate_hz;
    const bool sounds = std::fmod(time_s, 2 * kBeep_s) / (2 * kBeep_s) >= 0.5;
    const double value = std::cos(2 * std::numbers::pi * kBeep_hz * time_s);
    beeps.values[static_cast<size_t>(n)] = sounds ? static_cast<float>(value) : 0.0f;
  }
  return beeps;
}

std::vector<VerifyRow> Replay(Model& model, const VerifyCheck& check,
                              const std::function<bool()>& keep_going) {
  switch (check.kind) {
    case CheckKind::kLogits:
      return ReplayLogits(model, check);
    case CheckKind::kSound:
      return ReplaySound(model, check, keep_going);
    case CheckKind::kMelodiesDiffer:
      return ReplayMelodies(model, check, keep_going);
  }
  return {};
}

}  // namespace musicgen::cli
