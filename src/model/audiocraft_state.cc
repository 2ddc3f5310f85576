#include "model/audiocraft_state.h"

#include <optional>

#include "base/error.h"
#include "model/wrapped_names.h"

namespace musicgen::model {
namespace {

constexpr char kTensors[] = "best_state";
constexpr char kConfig[] = "xp.cfg";
// Where AudioCraft's solver keeps the best state, that of FSDP before the plain one.
constexpr const char* kSolverTensors[] = {"fsdp_best_state/model", "best_state/model"};
// What only checkpoints of training have.
constexpr const char* kTraining[] = {"state_dict", "optimizer", "optimizer_states",
                                     "epoch",      "history",   "global_step",
                                     "model",      "ema",       "pytorch-lightning_version"};
constexpr char kExport[] = "export it first (audiocraft.utils.export)";

// " (a checkpoint of training, …)" where the file is one.
std::string TrainingHint(const checkpoint::TorchFile& file) {
  std::string found;
  for (const char* key : kTraining) {
    if (file.Has(key)) found += StrCat(found.empty() ? "" : ", ", key);
  }
  if (found.empty()) return "";
  return StrCat("; this is a checkpoint of training, with ", found, ": ", kExport);
}

std::string KeyOfTensors(const checkpoint::TorchFile& file, std::vector<std::string>* notes) {
  for (const char* key : kSolverTensors) {
    if (!file.IsDict(key) || file.Keys(key).empty()) continue;
    notes->push_back(StrCat(file.where(), ": a checkpoint of training, of which ", key,
                            " is read; audiocraft.utils.export makes a smaller file of it"));
    return key;
  }
  if (!file.Has(kTensors)) {
    ThrowBadInput(file.where(), ": expected a dict ", kTensors, ", found none", TrainingHint(file));
  }
  return kTensors;
}

}  // namespace

AudioCraftState ReadAudioCraftState(const std::shared_ptr<const checkpoint::TorchFile>& file) {
  const std::optional<std::string> text = file->String(kConfig);
  if (!text) {
    ThrowBadInput(file->where(), ": expected the configuration ", kConfig, ", found none",
                  TrainingHint(*file));
  }
  const std::string where = file->where() + ": " + kConfig;
  AudioCraftState state = {*text, where, checkpoint::Config::ParseYaml(*text, where), nullptr, {}};
  state.tensors = Unwrap(OpenTorchTensors(file, KeyOfTensors(*file, &state.notes)), &state.notes);
  return state;
}

}  // namespace musicgen::model
