#include "train/computed_codec/computed_codec.h"

#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "checkpoint/safetensors.h"
#include "train/computed_codec/codec_tensors.h"

namespace musicgen::train {
namespace {

void WriteConfig(const std::string& path) {
  checkpoint::JsonValue config = codec::ToJson(ComputedCodecConfig());
  auto& members = std::get<checkpoint::JsonObject>(config.is);
  checkpoint::Set(&members, "architectures",
                  {checkpoint::JsonArray{{std::string("EncodecModel")}}});
  checkpoint::Set(&members, "model_type", {std::string("encodec")});
  WriteWhole(path, checkpoint::ToJson(config) + "\n");
}

}  // namespace

void ComputeCodec(const compose::Vocabulary& vocabulary, const compose::FrameTables& tables,
                  const FitSize& size, uint64_t seed, const std::string& folder) {
  const FrameFilter filter;
  const Codebooks codebooks = ComputeCodebooks(tables, filter);
  const std::vector<FitSequence> data = MakeFitData(vocabulary, tables, size, seed);
  const std::vector<CodecTensor> tensors = CodecTensors(
      codebooks, FitDecoder(codebooks, filter, data), FitEncoder(codebooks, filter, data));
  std::vector<checkpoint::TensorToWrite> written;
  for (const CodecTensor& tensor : tensors) {
    written.push_back({tensor.name, DType::kF32, tensor.shape, tensor.values.data()});
  }
  MakeFolders(folder);
  WriteConfig(folder + "/config.json");
  checkpoint::WriteSafetensors(folder + "/model.safetensors", written, {{"format", "pt"}});
}

}  // namespace musicgen::train
