#include "train/demo/demo_export.h"

#include "train/checkpoint/training_state.h"
#include "train/demo/demo_card.h"
#include "train/demo/demo_settings.h"
#include "train/settings/palette_setting.h"

namespace musicgen::train {

void ExportDemo(const checkpoint::Config& settings, const std::string& work,
                const std::string& codec_folder, ExportFormat format, const std::string& out) {
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  LmModel model(ReadDemoModel(settings, vocabulary));
  const auto values =
      LoadAverages(work + "/lm/checkpoint.safetensors",
                   Parts(model.parameters(), Values(model.parameters()), /*prefix=*/""));
  const SamplingDefaults sampling = ReadSamplingDefaults(settings);
  Export({.model = model,
          .tokenizer_folder = work + "/tokenizer",
          .codec_folder = codec_folder,
          .sampling = sampling,
          .card = DemoCard(model.config(), sampling, values)},
         format, out);
}

}  // namespace musicgen::train
