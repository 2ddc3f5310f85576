#include "lora/lora_config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "lora/module_pattern.h"

namespace musicgen::lora {
namespace {

using checkpoint::Config;

constexpr double kMostAlpha = 1e6;
constexpr size_t kMostPatterns = 10000;

// What changes the arithmetic in ways of its own, where it is set.
constexpr const char* kOtherForms[] = {
    "layer_replication",       "alora_invocation_tokens", "arrow_config", "use_bdlora",
    "trainable_token_indices", "monteclora_config",       "kasa_config"};
// Ways of initialisation that leave the base model as it is. The others (PiSSA, OLoRA, CorDA, …)
// take what A and B begin with out of its weights, which a file cannot show.
constexpr const char* kHarmlessStarts[] = {"gaussian", "eva",  "orthogonal",
                                           "mica",     "true", "false"};

void RefuseOtherForms(const Config& config) {
  for (const char* key : kOtherForms) {
    if (!config.Has(key)) continue;
    ThrowBadInput(config.Where(key), ": this form of LoRA is not supported: expected none, ",
                  "found it set");
  }
  if (config.Bool("use_qalora", false)) {
    ThrowBadInput(config.Where("use_qalora"), ": this form of LoRA is not supported: expected ",
                  "false, found true");
  }
}

// A text, or true or false, which are ordinary.
void CheckStart(const Config& config) {
  const char* key = "init_lora_weights";
  std::string start;
  try {
    start = config.Bool(key, true) ? "true" : "false";
  } catch (const Error&) {
    start = config.String(key, "");
  }
  const bool harmless = std::any_of(std::begin(kHarmlessStarts), std::end(kHarmlessStarts),
                                    [&](const char* known) { return start == known; });
  if (harmless) return;
  ThrowBadInput(config.Where(key), ": expected an adapter to the base model as published, found ",
                Printable(start), ", which changes the base model as well: save it with PEFT's ",
                "path_initial_model_for_weight_conversion");
}

template <class Value, class Read>
std::vector<std::pair<std::string, Value>> ReadPattern(const Config& config, const char* key,
                                                       const Read& read) {
  std::vector<std::pair<std::string, Value>> patterns;
  const Config object = config.Object(key);
  const std::vector<std::string> names = object.Keys();
  if (names.size() > kMostPatterns) {
    ThrowBadInput(config.Where(key), ": expected at most ", kMostPatterns, " patterns, found ",
                  names.size());
  }
  for (const std::string& name : names) {
    if (!IsKnownPattern(name)) {
      ThrowBadInput(config.Where(key), ": expected names of modules, with .* for any text, found ",
                    Printable(name));
    }
    patterns.emplace_back(name, read(object, name));
  }
  return patterns;
}

template <class Value>
Value Find(const std::vector<std::pair<std::string, Value>>& patterns, const std::string& module,
           Value otherwise) {
  for (const auto& [pattern, value] : patterns) {
    if (MatchesModule(pattern, module)) return value;
  }
  return otherwise;
}

}  // namespace

int64_t LoraConfig::RankOf(const std::string& module) const {
  return Find(rank_pattern, module, rank);
}

double LoraConfig::ScaleOf(const std::string& module) const {
  const auto r = static_cast<double>(RankOf(module));
  return Find(alpha_pattern, module, alpha) / (rank_stabilised ? std::sqrt(r) : r);
}

LoraConfig ReadLoraConfig(const Config& config) {
  const std::string type = config.String("peft_type", "LORA");
  if (type != "LORA") {
    ThrowBadInput(config.Where("peft_type"), ": expected LORA, found ", Printable(type),
                  ", a kind of adapter that is not supported");
  }
  RefuseOtherForms(config);
  CheckStart(config);
  LoraConfig lora;
  lora.rank = config.Int("r", lora.rank, 1, kMostRank);
  lora.alpha = config.Number("lora_alpha", lora.alpha, -kMostAlpha, kMostAlpha);
  lora.rank_stabilised = config.Bool("use_rslora", false);
  lora.dora = config.Bool("use_dora", false);
  lora.rank_pattern = ReadPattern<int64_t>(config, "rank_pattern",
                                           [](const Config& object, const std::string& name) {
                                             return object.Int(name, 1, 1, kMostRank);
                                           });
  lora.alpha_pattern = ReadPattern<double>(config, "alpha_pattern",
                                           [](const Config& object, const std::string& name) {
                                             return object.Number(name, 1, -kMostAlpha, kMostAlpha);
                                           });
  lora.base_model = config.String("base_model_name_or_path", "");
  return lora;
}

}  // namespace musicgen::lora
