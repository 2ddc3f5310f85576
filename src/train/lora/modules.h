// The modules of a language model that can have low-rank terms, as transformers names them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "train/lm/lm_model.h"

namespace musicgen::train {

struct Module {
  std::string path;  // "decoder.model.decoder.layers.0.self_attn.q_proj"
  bool embedding = false;
  at::Tensor weight;  // of the stack that it is part of
  int64_t first_row = 0, rows = 0;
};

// Linear layers and embeddings of the decoder, and the projection of the text.
std::vector<Module> ModulesOf(const LmModel& model);

// Whether PEFT takes the module when this is one of its target_modules: its path, or the end of it
// behind a dot.
bool IsTarget(std::string_view target, std::string_view path);

// The term of a module before A and B have values.
LowRank TermOf(const Module& module, int64_t rank, double alpha);

}  // namespace musicgen::train
