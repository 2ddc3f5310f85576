// musicgen-train export: the model as others read it.
#include "train/demo/demo_export.h"
#include "train/subcommands.h"

namespace musicgen::train {

int RunExport(const TrainFlags& flags) {
  ExportDemo(SettingsOf(flags), flags.work,
             flags.codec.empty() ? flags.work + "/codec" : flags.codec,
             ParseExportFormat(flags.format), flags.output);
  return 0;
}

}  // namespace musicgen::train
