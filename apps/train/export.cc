// musicgen-train export: the model as others read it.
#include "base/error.h"
#include "train/demo/demo_export.h"
#include "train/subcommands.h"
#include "train/tracks/track_stages.h"

namespace musicgen::train {

int RunExport(const TrainFlags& flags) {
  const checkpoint::Config settings = SettingsOf(flags);
  if (AreOfTracks(settings)) {
    if (flags.format != "huggingface" || !flags.codec.empty()) {
      ThrowBadInput("export: a model of ", Printable(flags.config, 300), " becomes a Hugging Face ",
                    "directory with its own codec; musicgen convert makes other layouts of it");
    }
    ExportTracks(settings, flags.work, flags.output);
    return 0;
  }
  ExportDemo(settings, flags.work, flags.codec.empty() ? flags.work + "/codec" : flags.codec,
             ParseExportFormat(flags.format), flags.output);
  return 0;
}

}  // namespace musicgen::train
