#include "model/audiocraft_files.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "checkpoint/shard_index.h"
#include "checkpoint/torch_file.h"
#include "conditioning/style_tensors.h"
#include "model/audiocraft_source.h"
#include "model/audiocraft_state.h"
#include "model/weights.h"

namespace musicgen::model {
namespace {

// AudioCraft's configuration says "mert", which means this to it.
constexpr char kMert[] = "m-a-p/MERT-v1-95M";

// AudioCraft's two exports are easily taken for one another.
void RefuseCodec(const AudioCraftState& state) {
  for (const std::string& name : state.tensors->Names()) {
    if (!name.starts_with("quantizer.")) continue;
    ThrowBadInput(state.tensors->Where(), ": expected a language model, found a codec (tensor ",
                  Printable(name), "): was it exported as the other file?");
  }
}

// The codec that the model was trained with, where that is one by name.
std::string CodecName(const checkpoint::Config& xp) {
  constexpr std::string_view kByName = "//pretrained/";
  const std::string name = xp.String("compression_model_checkpoint", "");
  return name.starts_with(kByName) ? name.substr(kByName.size()) : "facebook/encodec_32khz";
}

}  // namespace

bool IsAudioCraftDirectory(const std::string& directory) {
  const bool hugging_face =
      checkpoint::EntryExists(directory + "/" + kConfigFile) && HasWeights(directory);
  return !hugging_face && checkpoint::EntryExists(directory + "/" + kStateFile);
}

LmPart OpenAudioCraftLm(const std::string& directory) {
  AudioCraftState state =
      ReadAudioCraftState(checkpoint::TorchFile::Open(directory + "/" + kStateFile));
  RefuseCodec(state);
  LmPart part = DescribeAudioCraft(state.xp_cfg, state.xp);
  part.tensors = {PresentAudioCraftLm(state.tensors), "decoder."};
  ReadStyleTensors(&part);
  part.codec = {CodecName(state.xp), directory, "--codec"};
  part.notes = std::move(state.notes);
  return part;
}

void ReadStyleTensors(LmPart* part) {
  if (!part->style) return;
  conditioning::StyleConfig& style = part->style->config;
  const std::string& where = part->tensors.source->Where();
  conditioning::ReadStyleSizes(*part->tensors.source, &style);
  if (style.width < 1 || style.width % style.heads != 0 || style.width % 2 != 0) {
    ThrowBadInput(where, ": the style encoder: expected an even width and a multiple of its ",
                  style.heads, " heads, found ", style.width);
  }
  if (style.ffn_width < 1 || style.codebook_size < 1) {
    ThrowBadInput(where, ": the style encoder: expected hidden units and codes, found ",
                  style.ffn_width, " and ", style.codebook_size);
  }
  if (style.eval_q > style.codebooks) {
    ThrowBadInput(where, ": the style encoder: expected at least the ", style.eval_q,
                  " codebooks of eval_q, found ", style.codebooks);
  }
}

bool HasTunedTextEncoder(const LmPart& lm) {
  const std::vector<std::string>& names = lm.tensors.source->Names();
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return name.starts_with("text_encoder."); });
}

LmPart DescribeAudioCraft(const AudioCraftConfig& config) {
  LmPart part;
  part.dialect = conditioning::Reference::kAudioCraft;
  part.config = config.lm;
  part.max_duration_s = config.max_duration_s;
  part.two_step_coef = config.cfg_coef;
  part.melody = config.melody;
  part.model_type = "musicgen";
  if (config.melody) part.model_type = "musicgen_melody";
  if (config.style) {
    part.model_type = "musicgen_style";
    part.style = StylePart{*config.style, {kMert, "", "--style-encoder"}};
  }
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
  part.text_encoder.option = "--text-encoder";
  part.text_encoder.where = xp.Object("conditioners").Where("description.t5.name");
  if (part.style) {
    part.style->mert.where = xp.Object("conditioners").Where("self_wav.style.model_name");
  }
  return part;
}

}  // namespace musicgen::model
