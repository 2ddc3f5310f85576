#include "model/audiocraft_files.h"

#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "model/audiocraft_source.h"
#include "model/audiocraft_state.h"
#include "model/weights.h"

namespace musicgen::model {

bool IsAudioCraftDirectory(const std::string& directory) {
  const bool hugging_face =
      checkpoint::EntryExists(directory + "/" + kConfigFile) && HasWeights(directory);
  return !hugging_face && checkpoint::EntryExists(directory + "/" + kStateFile);
}

LmPart OpenAudioCraftLm(const std::string& directory) {
  const AudioCraftState state =
      ReadAudioCraftState(checkpoint::TorchFile::Open(directory + "/" + kStateFile));
  LmPart part = DescribeAudioCraft(state.xp_cfg, state.xp);
  part.tensors = {PresentAudioCraftLm(state.tensors), "decoder."};
  return part;
}

LmPart DescribeAudioCraft(const AudioCraftConfig& config) {
  LmPart part;
  part.dialect = conditioning::Reference::kAudioCraft;
  part.config = config.lm;
  part.max_duration_s = config.max_duration_s;
  part.two_step_coef = config.cfg_coef;
  part.melody = config.melody;
  part.model_type = config.melody ? "musicgen_melody" : "musicgen";
  part.sample_rate_hz = config.sample_rate_hz;
  part.text_encoder.name = config.t5_name;
  return part;
}

LmPart DescribeAudioCraft(const std::string& xp_cfg, const checkpoint::Config& xp) {
  LmPart part = DescribeAudioCraft(ReadAudioCraftConfig(xp));
  const checkpoint::Config transformer = xp.Object("transformer_lm");
  part.xp_cfg = xp_cfg;
  part.size_where = transformer.Where("card");
  part.books_where = transformer.Where("n_q");
  part.rate_where = xp.Where("sample_rate");
  part.text_encoder.where = xp.Object("conditioners").Where("description.t5.name");
  return part;
}

}  // namespace musicgen::model
