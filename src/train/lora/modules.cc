#include "train/lora/modules.h"

namespace musicgen::train {

std::vector<Module> ModulesOf(const LmModel& model) {
  constexpr std::string_view kWeight = ".weight";
  std::vector<Module> modules;
  for (const Parameter& parameter : model.parameters()) {
    if (parameter.value.dim() != 2 || parameter.names.front().starts_with("text_encoder."))
      continue;
    const auto count = static_cast<int64_t>(parameter.names.size());
    const int64_t rows = parameter.value.size(0) / count;
    for (int64_t part = 0; part < count; ++part) {
      std::string path = parameter.names[static_cast<size_t>(part)];
      path.erase(path.size() - kWeight.size());
      const bool embedding = path.find(".embed_tokens.") != std::string::npos;
      modules.push_back({std::move(path), embedding, parameter.value, part * rows, rows});
    }
  }
  return modules;
}

bool IsTarget(std::string_view target, std::string_view path) {
  if (!path.ends_with(target)) return false;
  const size_t before = path.size() - target.size();
  return before == 0 || path[before - 1] == '.';
}

LowRank TermOf(const Module& module, int64_t rank, double alpha) {
  LowRank term;
  term.module = module.path;
  term.embedding = module.embedding;
  term.weight = module.weight;
  term.first_row = module.first_row;
  term.rows = module.rows;
  int64_t in = module.weight.size(1), out = module.rows;
  if (module.embedding) std::swap(in, out);
  const at::TensorOptions options = module.weight.options().requires_grad(false);
  term.a = at::zeros({rank, in}, options).set_requires_grad(true);
  term.b = at::zeros({out, rank}, options).set_requires_grad(true);
  term.scale = alpha / static_cast<double>(rank);
  return term;
}

}  // namespace musicgen::train
