#include "train/codec/codec_export.h"

#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"

namespace musicgen::train {

void ExportCodec(const codec::CodecConfig& config, const std::vector<NamedTensor>& tensors,
                 const std::string& folder) {
  std::vector<at::Tensor> held;
  std::vector<checkpoint::TensorToWrite> written;
  for (const NamedTensor& tensor : tensors) {
    held.push_back(tensor.value.detach().to(at::kCPU, at::kFloat).contiguous());
    written.push_back(
        {tensor.name, DType::kF32, held.back().sizes().vec(), held.back().const_data_ptr()});
  }
  MakeFolders(folder);
  WriteWhole(folder + "/config.json", checkpoint::ToJson(codec::ToJson(config)) + "\n");
  checkpoint::WriteSafetensors(folder + "/model.safetensors", written, {{"format", "pt"}});
}

}  // namespace musicgen::train
