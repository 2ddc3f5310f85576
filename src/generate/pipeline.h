// From a prompt to what the language model needs, and what is computed of codes that are given: the
// paper's figure, box by box. The steps between are the scheduler's.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generate/conditioner.h"
#include "generate/guidance_plan.h"
#include "generate/piece.h"
#include "generate/stages.h"
#include "lm/decode_backend.h"
#include "musicgen/generation.hpp"
#include "musicgen/score.hpp"

namespace musicgen::generate {

// A request on its way: conditioned, its audio prompt encoded, nothing generated yet.
struct Sample {
  SampleCondition condition;
  Codes prompt;  // [K, P], P may be 0
  Piece piece;
  bool windowed = false;  // longer than the model's window
  double window_s = 30.0;
};

// Safe to use from several threads. Work is done on the team that is given; where `stop` is given
// and becomes true, it ends soon and what comes back is of no use.
class Pipeline {
 public:
  // `as_batch`: padding reaches the samples of a batch as in the reference's own.
  Pipeline(Stages& stages, conditioning::Reference reference, bool as_batch);

  Stages& stages() const { return stages_; }
  // Whether a sample depends on those it came with.
  bool as_batch() const { return as_batch_; }

  // The rows that stand for a prompt, or for none.
  ConditionRows Text(ThreadPool& pool, const std::optional<std::string>& prompt,
                     const std::atomic<bool>* stop = nullptr) const;
  // What a batch of requests needs before its first step. Throws Error.
  std::vector<Sample> Prepare(ThreadPool& pool, std::span<const GenerationRequest> requests,
                              const std::atomic<bool>* stop = nullptr) const;
  // What the window of a sample's piece that begins at `first_frame` is conditioned on.
  Conditions ConditionsAt(ThreadPool& pool, const Sample& sample, int64_t first_frame,
                          const GenerationParams& params,
                          const std::atomic<bool>* stop = nullptr) const;
  // What separates the stems of a melody of these parameters, "htdemucs 955717e8", or "none".
  // Throws Error(kBadInput) where they are to be separated and cannot.
  std::string Stems(const GenerationParams& params) const;
  // The sample's next window, ready to be generated but for its conditions.
  lm::StreamSpec Window(const Sample& sample, const GenerationParams& params) const;
  lm::SamplingParams Sampling(const GenerationParams& params) const;
  GuidancePlan Guidance(const GenerationParams& params, const SampleCondition& condition) const;
  // All steps of a piece; 0 for one without end.
  int64_t Steps(const Piece& piece) const;

  // See api::Model::Score.
  ScoreResult Score(const GenerationRequest& request, const Codes& codes, bool keep_logits) const;
  // What a style model makes of the request's style. Throws Error.
  StyleVectors Style(ThreadPool& pool, const GenerationRequest& request) const;
  // See api::Model::Encode.
  Codes Encode(ThreadPool& pool, const Waveform& audio) const;

 private:
  std::vector<Codes> EncodePrompts(ThreadPool& pool,
                                   std::span<const GenerationRequest> requests) const;
  // Whether its piece is longer than the model's window.
  bool IsWindowed(const GenerationParams& params) const;
  Sample MakeSample(const GenerationRequest& request, SampleCondition condition,
                    const Codes& prompt) const;

  Stages& stages_;
  conditioning::Reference reference_;
  bool as_batch_;
  Conditioner conditioner_;
};

}  // namespace musicgen::generate
