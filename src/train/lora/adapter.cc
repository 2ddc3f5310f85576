#include "train/lora/adapter.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "lora/lora_config.h"
#include "train/lora/modules.h"

namespace musicgen::train {
namespace {

bool Takes(const std::string& target, const std::string& path) {
  if (!target.ends_with(".*")) return IsTarget(target, path);
  const size_t dot = path.rfind('.');
  return dot != path.npos && IsTarget(std::string_view(target).substr(0, target.size() - 2),
                                      std::string_view(path).substr(0, dot));
}

void Begin(const LowRank& term, at::Generator generator) {
  const auto set = [&](const at::Tensor& tensor, const at::Tensor& values) {
    at::Tensor(tensor).copy_(values);
  };
  if (term.embedding) {
    set(term.b, at::randn(term.b.sizes(), generator));
    return;
  }
  const double bound = 1.0 / std::sqrt(static_cast<double>(term.a.size(1)));
  set(term.a, at::empty(term.a.sizes()).uniform_(-bound, bound, generator));
}

}  // namespace

LoraSettings ReadLoraSettings(const checkpoint::Config& lora) {
  LoraSettings settings;
  settings.rank = lora.Int("r", settings.rank, 1, lora::kMostRank);
  settings.alpha = lora.Number("lora_alpha", settings.alpha, 0.0, 1e6);
  settings.dropout = lora.Number("lora_dropout", settings.dropout, 0.0, 0.99);
  settings.targets = lora.Strings("target_modules", settings.targets, 10000);
  return settings;
}

void AddAdapter(LmModel& model, const LoraSettings& settings) {
  const at::NoGradGuard no_grad;
  const std::vector<Module> modules = ModulesOf(model);
  std::vector<bool> taken(modules.size(), false);
  for (const std::string& target : settings.targets) {
    bool found = false;
    for (size_t i = 0; i < modules.size(); ++i) {
      if (!Takes(target, modules[i].path)) continue;
      taken[i] = found = true;
    }
    // A model whose text states have its width has no projection.
    if (!found && target != "enc_to_dec_proj") {
      ThrowBadInput(
          "target_modules: expected the end of a module's path, such as q_proj, out_proj, ",
          "fc1, lm_heads.0, embed_tokens.* or enc_to_dec_proj, found ", Printable(target));
    }
  }
  const at::Generator generator = at::detail::createCPUGenerator(settings.seed);
  std::vector<LowRank> terms;
  for (size_t i = 0; i < modules.size(); ++i) {
    if (!taken[i]) continue;
    terms.push_back(TermOf(modules[i], settings.rank, settings.alpha));
    Begin(terms.back(), generator);
  }
  if (terms.empty()) ThrowBadInput("target_modules: expected modules to adapt, found none");
  model.AddLowRank(LowRankTerms(std::move(terms), settings.dropout));
}

}  // namespace musicgen::train
