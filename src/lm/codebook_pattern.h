// Layouts of codes over decoding steps (Simple and Controllable Music Generation, section 2.2;
// AudioCraft's modules/codebooks_patterns.py).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lm/pattern_config.h"
#include "types/codes.h"

namespace musicgen::lm {

// Throws Error(kBadInput) beginning with `where` when the settings do not make a layout of K
// codebooks.
void CheckPattern(const PatternConfig& config, int64_t codebooks, const std::string& where);

// A pattern for T frames of K codebooks is S steps; the cell (codebook k, step s) holds the code of
// one frame, or none (then the special token stands there). Step 0 is empty. Each codebook's frames
// ascend with the steps.
class CodebookPattern {
 public:
  CodebookPattern() = default;  // no codebooks, no frames
  // The settings must have passed CheckPattern.
  CodebookPattern(const PatternConfig& config, int64_t codebooks, int64_t frames);
  // Codebook k's frame t at step 1 + t + delays[k]; S = T + max(delays) + 1.
  static CodebookPattern Delay(const std::vector<int64_t>& delays, int64_t frames);

  int64_t codebooks() const { return codebooks_; }  // K
  int64_t frames() const { return frames_; }        // T
  int64_t steps() const { return steps_; }          // S

  // The frame in the cell, or −1.
  int32_t FrameAt(int64_t codebook, int64_t step) const {
    return frame_at_[static_cast<size_t>(codebook * steps_ + step)];
  }
  int64_t StepOf(int64_t codebook, int64_t frame) const {
    return step_of_[static_cast<size_t>(codebook * frames_ + frame)];
  }
  // The first step that holds any codebook of this frame; S when the frame is T. Generation after a
  // prompt of P frames starts at FirstStep(P).
  int64_t FirstStep(int64_t frame) const;

  // [K, S]: the codes laid out; cells without a code hold `special`, cells of frames ≥ codes.frames
  // hold `unknown`.
  Codes Build(const Codes& codes, int32_t special, int32_t unknown) const;
  // Undoes Build: [K, T].
  Codes Revert(const Codes& sequence) const;

 private:
  int64_t codebooks_ = 0;
  int64_t frames_ = 0;
  int64_t steps_ = 0;
  std::vector<int32_t> frame_at_;  // [K, S]
  std::vector<int64_t> step_of_;   // [K, T]
};

}  // namespace musicgen::lm
