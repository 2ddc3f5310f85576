// Pieces through the language model, stepped together.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "generate/conditioner.h"
#include "generate/piece.h"
#include "generate/stages.h"
#include "lm/decode_backend.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

// A request, ready to be generated.
struct Job {
  GenerationParams params;
  SampleCondition condition;
  Piece piece;
  double window_s = 30.0;
  bool windowed = false;
};

class DecodeLoop {
 public:
  // Receives frames of a job's piece as they become final: `chunk` [K, n] follows the one before;
  // with `last` the piece is complete. Returning false stops everything.
  using FramesCallback = std::function<bool(size_t job, const Codes& chunk, bool last)>;

  DecodeLoop(Stages& stages, Conditioner& conditioner);

  // Finishes every job's piece; false when a callback stopped it.
  bool Run(std::vector<Job>* jobs, const ProgressCallback& progress, const FramesCallback& frames);

 private:
  struct Window;

  // Frames of the window's job that became final since the last call.
  static Codes NewFrames(const Job& job, Window* window);
  lm::StreamSpec Spec(const Job& job) const;
  static int64_t Steps(const lm::CodebookPattern& pattern, int64_t prompt_frames);
  int64_t TotalSteps(const Job& job) const;

  Stages& stages_;
  Conditioner& conditioner_;
};

}  // namespace musicgen::generate
