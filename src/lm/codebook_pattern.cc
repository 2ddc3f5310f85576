#include "lm/codebook_pattern.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "lm/codebook_layout.h"

namespace musicgen::lm {
namespace {

constexpr int64_t kMostSteps =
    1 << 16;  // of delay and the like; a pattern is at most so much longer

void CheckList(const std::vector<int64_t>& list, int64_t length, const std::string& where,
               const char* name) {
  if (static_cast<int64_t>(list.size()) != length) {
    ThrowBadInput(where, ": ", name, ": expected ", length, " numbers, found ", list.size());
  }
  int64_t before = 0;
  for (const int64_t value : list) {
    if (value < before || value > kMostSteps) {
      ThrowBadInput(where, ": ", name, ": expected numbers from 0 to ", kMostSteps,
                    " that do not decrease, found ", value, " after ", before);
    }
    before = value;
  }
}

}  // namespace

void CheckPattern(const PatternConfig& config, int64_t codebooks, const std::string& where) {
  const auto check_range = [&](const char* name, int64_t value, int64_t low, int64_t high) {
    if (value < low || value > high) {
      ThrowBadInput(where, ": ", name, ": expected a number from ", low, " to ", high, ", found ",
                    value);
    }
  };
  switch (config.kind) {
    case PatternConfig::Kind::kDelay:
      CheckList(config.delays, codebooks, where, "delays");
      check_range("flatten_first", config.flatten_first, 0, kMostSteps);
      check_range("empty_initial", config.empty_initial, 0, kMostSteps);
      return;
    case PatternConfig::Kind::kUnroll:
      CheckList(config.delays, codebooks, where, "delays");
      CheckList(config.flattening, codebooks, where, "flattening");
      for (size_t k = 1; k < config.delays.size(); ++k) {
        if (config.flattening[k] == config.flattening[k - 1] &&
            config.delays[k] != config.delays[k - 1]) {
          ThrowBadInput(where,
                        ": delays: expected codebooks of one inner step to share a delay, found ",
                        config.delays[k - 1], " and ", config.delays[k]);
        }
      }
      return;
    case PatternConfig::Kind::kCoarseFirst:
      CheckList(config.delays, codebooks - 1, where, "delays");
      return;
    case PatternConfig::Kind::kMusicLm:
      check_range("group_by", config.group_by, 1, codebooks);
      return;
  }
}

CodebookPattern::CodebookPattern(const PatternConfig& config, int64_t codebooks, int64_t frames)
    : codebooks_(codebooks), frames_(frames) {
  const std::vector<LayoutStep> layout = MakeLayout(config, codebooks, frames);
  steps_ = static_cast<int64_t>(layout.size());
  frame_at_.assign(static_cast<size_t>(codebooks * steps_), -1);
  step_of_.assign(static_cast<size_t>(codebooks * frames), -1);
  for (int64_t s = 0; s < steps_; ++s) {
    for (const auto& [frame, codebook] : layout[static_cast<size_t>(s)]) {
      if (frame >= frames) continue;
      frame_at_[static_cast<size_t>(codebook * steps_ + s)] = static_cast<int32_t>(frame);
      step_of_[static_cast<size_t>(codebook * frames + frame)] = s;
    }
  }
}

CodebookPattern CodebookPattern::Delay(const std::vector<int64_t>& delays, int64_t frames) {
  MG_CHECK(!delays.empty());
  return {{PatternConfig::Kind::kDelay, delays}, static_cast<int64_t>(delays.size()), frames};
}

int64_t CodebookPattern::FirstStep(int64_t frame) const {
  if (frame >= frames_) return steps_;
  int64_t first = steps_;
  for (int64_t k = 0; k < codebooks_; ++k) first = std::min(first, StepOf(k, frame));
  return first;
}

Codes CodebookPattern::Build(const Codes& codes, int32_t special, int32_t unknown) const {
  MG_CHECK_EQ(codes.codebooks, codebooks_);
  MG_CHECK_LE(codes.frames, frames_);
  Codes sequence(codebooks_, steps_);
  for (int64_t k = 0; k < codebooks_; ++k) {
    for (int64_t s = 0; s < steps_; ++s) {
      const int32_t t = FrameAt(k, s);
      sequence.at(k, s) = t < 0 ? special : t < codes.frames ? codes.at(k, t) : unknown;
    }
  }
  return sequence;
}

Codes CodebookPattern::Revert(const Codes& sequence) const {
  MG_CHECK_EQ(sequence.frames, steps_);
  Codes codes(codebooks_, frames_);
  for (int64_t k = 0; k < codebooks_; ++k) {
    for (int64_t t = 0; t < frames_; ++t) codes.at(k, t) = sequence.at(k, StepOf(k, t));
  }
  return codes;
}

}  // namespace musicgen::lm
