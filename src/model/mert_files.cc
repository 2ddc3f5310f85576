#include "model/mert_files.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "mert/expected_tensors.h"
#include "model/companions.h"
#include "model/weights.h"

namespace musicgen::model {

MertPart OpenMert(const std::string& directory) {
  MertPart part;
  part.directory = directory;
  part.config =
      mert::ReadMertConfig(checkpoint::FilesOfDirectory(directory)->ReadConfig(kConfigFile));
  std::vector<std::string> notes;
  part.tensors = {OpenWeights(directory, &notes), ""};
  const checkpoint::TensorSource& source = *part.tensors.source;
  // Heads of its own training are left out, whatever they are called.
  checkpoint::CheckTensors(source, mert::ExpectedTensors(part.config, source), {"*"});
  return part;
}

MertPart FindMert(const ModelFiles& files) {
  const StylePart& style = files.style.value();
  std::string directory = files.style_encoder;
  if (directory.empty()) {
    const std::filesystem::path path(files.directory);
    const std::string folder =
        IsFile(files.directory) ? path.parent_path().string() : path.string();
    directory = FindCompanion(folder.empty() ? "." : folder, style.mert);
  }
  MertPart part = OpenMert(directory);
  const mert::MertConfig& mert = part.config;
  if (mert.width != style.config.feature_width) {
    ThrowBadInput(Printable(directory, 1000), ": expected features of the style encoder's width ",
                  style.config.feature_width, ", found a MERT of ", mert.width);
  }
  if (mert.sample_rate_hz != conditioning::kStyleFrameRate * mert.hop_samples()) {
    ThrowBadInput(Printable(directory, 1000), ": expected ", conditioning::kStyleFrameRate,
                  " frames a second, found one every ", mert.hop_samples(), " samples at ",
                  mert.sample_rate_hz, " Hz");
  }
  return part;
}

}  // namespace musicgen::model
