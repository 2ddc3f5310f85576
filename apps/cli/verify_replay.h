// Replays one check on a model and compares.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/verify_values.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::cli {

enum class Verdict { kPass, kFail, kSkipped };

// One line of the table.
struct VerifyRow {
  std::string check, part;       // "generate_text_prompt_greedy", "sample 0 left 0:16"
  std::vector<double> expected;  // empty: a found value of more than `limit` is wanted
  std::vector<double> found;
  double difference = 0;  // the largest
  size_t at = 0;          // where it is
  double limit = 0;       // the tolerance, or the least difference
  Verdict verdict = Verdict::kFail;
  std::string reason;  // why it was skipped
};

// `keep_going` is asked now and then; once it is false, there are no rows. The model follows the
// dialect of transformers.
std::vector<VerifyRow> Replay(Model& model, const VerifyCheck& check,
                              const std::function<bool()>& keep_going);

// The samples a sound of the tests has at 32 kHz: a cosine of 440 Hz, silent in the first of every
// two eighths of a second.
Waveform Beeps(double duration_s);

}  // namespace musicgen::cli
