// What `verify` replays: settings and values of other people's tests, read from JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::cli {

// Some values in a row of one sample's result.
struct ExpectedValues {
  int64_t sample = 0;  // of the batch
  int64_t row = 0;     // codebook of logits, channel of sound
  int64_t begin = 0;   // below 0: so many before the end
  std::vector<double> values;
};

enum class CheckKind {
  kLogits,          // of the start column, codebook 0: [V]
  kSound,           // of a greedy piece: [C, N]
  kMelodiesDiffer,  // two samples of one seed and prompt, along different melodies
};

// One test of a batch.
struct VerifyCheck {
  std::string name;  // as its source calls it
  CheckKind kind = CheckKind::kLogits;
  std::vector<std::optional<std::string>> prompts;  // of each sample; none: unconditional
  // One for each sample, or none.
  std::vector<double> beeps_s;  // durations of the tests' own beeps
  bool beeps_are_melodies = false;
  std::vector<double> sines_hz;  // melodies
  double cfg_coef = 1;
  int64_t max_new_tokens = 0;  // as transformers counts: steps, the delays included
  double tolerance = 0;        // t allows t + t·|expected|
  double more_than = 0;        // the least mean difference of kMelodiesDiffer
  std::vector<ExpectedValues> expected;
};

// What is known of one checkpoint.
struct VerifiedModel {
  std::string name;
  std::vector<std::string> repositories;  // on the hub
  int64_t hidden_size = 0, codebooks = 0, audio_channels = 0;
  bool melody = false;
  std::string source;
  std::vector<VerifyCheck> checks;
};

// Throws Error(kBadInput) whose sentence starts with `where`.
std::vector<VerifiedModel> ParseVerifyValues(std::string_view json, const std::string& where);

// verify_values.json, compiled in.
extern const char kVerifyValues[];

}  // namespace musicgen::cli
