// A model that is loaded once and shared: immutable to its users, who may be on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "musicgen/codes.hpp"
#include "musicgen/generate_options.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/model_info.hpp"
#include "musicgen/model_options.hpp"
#include "musicgen/score.hpp"
#include "musicgen/step_stages.hpp"
#include "musicgen/style.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::api {

// What one decode step of a guided stream moves through memory.
struct StepTraffic {
  uint64_t weight_bytes = 0;           // packed matrices read once per step
  uint64_t kv_bytes_per_position = 0;  // keys and values read per position already decoded
  StageBytes stage_weight_bytes{};     // the matrices, by the stage that reads them
};

// The C interface says of each function what it does. All throw what the folders below throw, and
// the standard library's exceptions besides.
class Model {
  friend class Session;

 public:
  // `tell`: who is told what work takes long; it comes from any thread, and may be null.
  explicit Model(const ModelOptions& options,
                 const std::function<void(const std::string&)>& tell = nullptr);
  ~Model();

  const ModelInfo& info() const;
  int threads() const;

  void Load(int streams, double duration_s);
  std::vector<int32_t> Tokenize(const std::string& text) const;
  // Where a callback stops it, those that are not complete hold the codes made so far. Throws the
  // Error of the first request that failed. Callbacks come from this thread.
  std::vector<GenerationResult> Generate(std::span<const GenerationRequest> requests,
                                         const GenerateOptions& options);
  ScoreResult Score(const GenerationRequest& request, const Codes& codes, bool keep_logits);
  Waveform Decode(const Codes& codes);
  Codes Encode(const Waveform& audio);
  // What separates the stems of a melody of these parameters, or "none".
  std::string Stems(const GenerationParams& params) const;
  // The style of the request's style sound.
  Style StyleOf(const GenerationRequest& request);

  std::string device();  // on which the language model computes; loads it
  StepTraffic step_traffic();
  StageSeconds stage_seconds();  // what the steps so far spent where

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::api
