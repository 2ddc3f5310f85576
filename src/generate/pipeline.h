// From prompts to music: the paper's figure, box by box.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generate/stages.h"
#include "lm/decode_backend.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

class Pipeline {
 public:
  // `pad_batches`: each sample also attends to zero vectors up to the longest prompt of its batch,
  // as AudioCraft does.
  Pipeline(Stages& stages, conditioning::Reference reference, bool pad_batches);

  // See Model::Generate. Nothing when the callback stopped it.
  std::optional<std::vector<GenerationResult>> Generate(std::span<const GenerationRequest> requests,
                                                        const GenerateOptions& options);
  // See Model::Score.
  ScoreResult Score(const std::optional<std::string>& prompt, const Codes& codes, double cfg_coef,
                    bool keep_logits);

 private:
  Conditions Condition(const std::optional<std::string>& prompt);
  lm::StreamSpec Prepare(const GenerationRequest& request, Conditions conditions) const;
  // Codes of each spec, in order; nothing when stopped.
  std::optional<std::vector<Codes>> Decode(std::vector<lm::StreamSpec> specs,
                                           const ProgressCallback& progress);

  Stages& stages_;
  conditioning::Reference reference_;
  bool pad_batches_;
};

}  // namespace musicgen::generate
