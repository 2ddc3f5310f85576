// From prompts to music: the paper's figure, box by box.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generate/conditioner.h"
#include "generate/decode_loop.h"
#include "generate/stages.h"
#include "musicgen/musicgen.hpp"

namespace musicgen::generate {

class Pipeline {
 public:
  // `as_batch`: see Conditioner.
  Pipeline(Stages& stages, conditioning::Reference reference, bool as_batch);

  // See Model::Generate. Nothing when a callback stopped it.
  std::optional<std::vector<GenerationResult>> Generate(std::span<const GenerationRequest> requests,
                                                        const GenerateOptions& options);
  // See Model::Score.
  ScoreResult Score(const GenerationRequest& request, const Codes& codes, bool keep_logits);
  // See Model::Encode.
  Codes Encode(const Waveform& audio);

 private:
  std::vector<Codes> EncodePrompts(std::span<const GenerationRequest> requests);
  Job MakeJob(const GenerationRequest& request, SampleCondition condition,
              const Codes& prompt) const;

  Stages& stages_;
  conditioning::Reference reference_;
  bool as_batch_;
};

}  // namespace musicgen::generate
