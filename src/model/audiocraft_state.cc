#include "model/audiocraft_state.h"

#include <optional>

#include "base/error.h"

namespace musicgen::model {
namespace {

constexpr char kTensors[] = "best_state";
constexpr char kConfig[] = "xp.cfg";

}  // namespace

AudioCraftState ReadAudioCraftState(const std::shared_ptr<const checkpoint::TorchFile>& file) {
  const std::optional<std::string> text = file->String(kConfig);
  if (!text) ThrowBadInput(file->where(), ": expected the configuration ", kConfig, ", found none");
  const std::string where = file->where() + ": " + kConfig;
  return {*text, checkpoint::Config::ParseYaml(*text, where), OpenTorchTensors(file, kTensors)};
}

}  // namespace musicgen::model
