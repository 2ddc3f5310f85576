// musicgen-train export: the model as others read it.
#include "base/error.h"
#include "train/demo/demo_export.h"
#include "train/stage_arguments.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunExport(const std::vector<std::string>& arguments) {
  StageArguments stage = ParseStage("export", arguments, {"--codec", "--format", "-o", "--output"});
  const auto flag = [&stage](const char* name, const std::string& otherwise) {
    const auto found = stage.flags.find(name);
    return found == stage.flags.end() ? otherwise : found->second;
  };
  const std::string out = flag("-o", flag("--output", ""));
  if (out.empty()) ThrowBadInput("export: expected --output FOLDER");
  ExportDemo(stage.settings, stage.work, flag("--codec", stage.work + "/codec"),
             ParseExportFormat(flag("--format", "huggingface")), out);
  return 0;
}

}  // namespace musicgen::train
