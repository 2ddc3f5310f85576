#include "cli/stems.h"

#include <cstdio>
#include <map>

namespace musicgen::cli {

StemsMode StemsModeOf(const std::string& mode) {
  static const std::map<std::string, StemsMode> modes = {
      {"auto", StemsMode::kAuto}, {"on", StemsMode::kOn}, {"off", StemsMode::kOff}};
  return modes.at(mode);
}

void PrintSeparations() {
  mg_set_log_callback(
      [](mg_log_level level, const char* message, void*) {
        if (level == MG_LOG_INFO) std::fprintf(stderr, "%s\n", message);
      },
      nullptr);
}

void WarnOfWholeMelody(const Model& model, const GenerationRequest& request,
                       const std::string& reference) {
  if (request.params.stems != StemsMode::kAuto || reference == "hf") return;
  if (model.Stems(request) != "none") return;
  std::fputs(
      "melody: no htdemucs weights found, so drums and bass stay in; AudioCraft would remove them. "
      "`musicgen download adefossez/HTDemucs` (84 MB, MIT), or --stems off to hide this.\n",
      stderr);
}

}  // namespace musicgen::cli
