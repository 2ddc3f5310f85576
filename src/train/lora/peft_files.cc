#include "train/lora/peft_files.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "convert/new_folder.h"
#include "lora/adapter.h"
#include "train/checkpoint/training_state.h"
#include "train/lora/modules.h"

namespace musicgen::train {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonMember;
using checkpoint::JsonObject;
using checkpoint::JsonValue;

// "q_proj", "lm_heads.0": the name in its layer, with the list's where it is a number in one.
std::string ShortName(const std::string& path) {
  size_t dot = path.rfind('.');
  if (dot == path.npos) return path;
  if (path.find_first_not_of("0123456789", dot + 1) == path.npos) dot = path.rfind('.', dot - 1);
  return path.substr(dot + 1);
}

// Short names where they name these modules and no others, else paths.
JsonArray Targets(const LmModel& model) {
  std::set<std::string> paths, names;
  for (const LowRank& term : model.low_rank().terms()) {
    paths.insert(term.module);
    names.insert(ShortName(term.module));
  }
  for (const Module& module : ModulesOf(model)) {
    if (names.contains(ShortName(module.path)) && !paths.contains(module.path)) {
      names = paths;
      break;
    }
  }
  JsonArray targets;
  for (const std::string& name : names) targets.push_back({name});
  return targets;
}

// What is most often said of the terms, and, by path, what is otherwise.
template <class Value, class Of>
std::pair<Value, JsonObject> CommonAndOthers(const std::vector<LowRank>& terms, const Of& of) {
  std::map<Value, int> counts;
  for (const LowRank& term : terms) ++counts[of(term)];
  const Value common = std::max_element(counts.begin(), counts.end(), [](auto& x, auto& y) {
                         return x.second < y.second;
                       })->first;
  std::vector<JsonMember> others;
  for (const LowRank& term : terms) {
    if (of(term) != common) others.push_back({term.module, {of(term)}});
  }
  return {common, checkpoint::MakeObject(std::move(others))};
}

std::string AdapterConfig(const LmModel& model, const std::string& base_model) {
  const std::vector<LowRank>& terms = model.low_rank().terms();
  const auto [rank, ranks] =
      CommonAndOthers<int64_t>(terms, [](const LowRank& term) { return term.rank(); });
  const auto [alpha, alphas] = CommonAndOthers<double>(
      terms, [](const LowRank& term) { return term.scale * static_cast<double>(term.rank()); });
  JsonValue base;
  if (!base_model.empty()) base = {base_model};
  return checkpoint::ToJson({checkpoint::MakeObject({{"peft_type", {"LORA"}},
                                                     {"task_type", {}},
                                                     {"base_model_name_or_path", base},
                                                     {"inference_mode", {true}},
                                                     {"r", {rank}},
                                                     {"lora_alpha", {alpha}},
                                                     {"lora_dropout", {model.low_rank().dropout()}},
                                                     {"target_modules", {Targets(model)}},
                                                     {"rank_pattern", {ranks}},
                                                     {"alpha_pattern", {alphas}},
                                                     {"bias", {"none"}},
                                                     {"fan_in_fan_out", {false}},
                                                     {"init_lora_weights", {true}},
                                                     {"modules_to_save", {}},
                                                     {"use_dora", {false}},
                                                     {"use_rslora", {false}}})}) +
         "\n";
}

const Module* FindModule(const std::vector<Module>& modules, const std::string& path) {
  for (const Module& module : modules) {
    // PEFT may have wrapped the language model alone.
    if (module.path == path || module.path == "decoder." + path) return &module;
  }
  return nullptr;
}

void Fill(const at::Tensor& tensor, const TensorView& view, const std::string& where) {
  if (view.shape != tensor.sizes().vec()) {
    ThrowBadInput(where, ": tensor ", Printable(view.name), ": expected ",
                  ToString(Shape(tensor.sizes().vec())), " as the model has it, found ",
                  ToString(view.shape));
  }
  at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
  CopyToFloat(view, 0, view.elements(), values.mutable_data_ptr<float>());
  at::Tensor(tensor).copy_(values);
}

}  // namespace

void WritePeftAdapter(const LmModel& model, const std::string& base_model, const std::string& out) {
  MG_CHECK(!model.low_rank().empty());
  convert::NewFolder folder(out);
  const Parameters& parameters = model.low_rank().parameters();
  SaveTrainingState(
      folder.stage() + "/adapter_model.safetensors",
      {Parts(parameters, Values(parameters), "base_model.model."), {{"format", "pt"}}});
  WriteWhole(folder.stage() + "/adapter_config.json", AdapterConfig(model, base_model));
  folder.Commit();
}

void ContinueAdapter(LmModel& model, const std::string& path, double dropout) {
  const at::NoGradGuard no_grad;
  const std::shared_ptr<const lora::Adapter> adapter = lora::Adapter::Open(path);
  const std::vector<Module> modules = ModulesOf(model);
  std::vector<LowRank> terms;
  for (const auto& [tensor, change] : adapter->changes()) {
    const Module* const module = FindModule(modules, tensor.substr(0, tensor.rfind('.')));
    if (module == nullptr || !change.low_rank || change.low_rank->magnitude || change.whole ||
        change.shift || change.low_rank->embedding != module->embedding) {
      ThrowBadInput(adapter->Where(), ": ", Printable(tensor), ": expected low-rank matrices of a ",
                    "linear layer or embedding of the decoder, which can be trained on, found ",
                    module == nullptr ? "another module" : "another change");
    }
    const auto rank = static_cast<int64_t>(change.low_rank->a.shape[0]);
    terms.push_back(TermOf(*module, rank, change.low_rank->scale * static_cast<double>(rank)));
    Fill(terms.back().a, change.low_rank->a, adapter->Where());
    Fill(terms.back().b, change.low_rank->b, adapter->Where());
  }
  // In the model's order: of a stack of modules, from the first rows on.
  std::stable_sort(terms.begin(), terms.end(),
                   [](const LowRank& x, const LowRank& y) { return x.first_row < y.first_row; });
  model.AddLowRank(LowRankTerms(std::move(terms), dropout));
}

}  // namespace musicgen::train
