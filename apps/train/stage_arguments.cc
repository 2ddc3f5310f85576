#include "train/stage_arguments.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "train/settings/settings.h"

namespace musicgen::train {

StageArguments ParseStage(const std::string& stage, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& flags) {
  std::map<std::string, std::string> values;
  std::vector<std::string> overrides;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with("-")) {
      overrides.push_back(argument);
      continue;
    }
    const bool known = argument == "--config" || argument == "--work" ||
                       std::find(flags.begin(), flags.end(), argument) != flags.end();
    if (!known) ThrowBadInput(stage, ": there is no option ", Printable(argument));
    if (++i == arguments.size()) ThrowBadInput(stage, ": ", argument, " needs a value");
    values[argument] = arguments[i];
  }
  for (const char* needed : {"--config", "--work"}) {
    if (values[needed].empty()) ThrowBadInput(stage, ": expected --config FILE and --work FOLDER");
  }
  const std::string work = values["--work"];
  checkpoint::Config settings = ReadSettings(values["--config"], overrides);
  std::error_code failed;
  std::filesystem::create_directories(work, failed);
  if (failed) ThrowFailure(Printable(work, 300), ": ", failed.message());
  return {std::move(settings), work, std::move(values)};
}

}  // namespace musicgen::train
