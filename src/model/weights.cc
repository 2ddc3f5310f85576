#include "model/weights.h"

#include "checkpoint/safetensors.h"
#include "checkpoint/torch_file.h"
#include "model/no_model.h"
#include "model/wrapped_names.h"

namespace musicgen::model {

bool HasWeights(const std::string& directory) {
  return checkpoint::HasSafetensorsDirectory(directory) || checkpoint::HasTorchDirectory(directory);
}

std::shared_ptr<const checkpoint::TensorSource> OpenWeights(const std::string& directory,
                                                            std::vector<std::string>* notes) {
  if (checkpoint::HasSafetensorsDirectory(directory)) {
    return Unwrap(checkpoint::OpenSafetensorsDirectory(directory), notes);
  }
  if (checkpoint::HasTorchDirectory(directory)) {
    return Unwrap(checkpoint::OpenTorchDirectory(directory), notes);
  }
  RefuseFolder(directory);
}

}  // namespace musicgen::model
