#include "train/tracks/new_model.h"

#include "base/error.h"
#include "model/codec_files.h"
#include "model/text_encoder_files.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

// A model that has no files of its own yet.
class NoFiles : public checkpoint::SideFiles {
 public:
  bool Has(const std::string&) const override { return false; }
  std::string Read(const std::string& name) const override {
    ThrowBadInput(Where(name), ": there is no such file");
  }
  std::string Where(const std::string& name) const override { return "new model: " + name; }
};

std::string Folder(const Config& settings, const char* key) {
  std::string folder = settings.String(key, "");
  if (folder.empty()) ThrowBadInput(settings.Where(key), ": expected a directory, found none");
  return folder;
}

lm::LmConfig ReadTransformer(const Config& settings, const codec::CodecConfig& codec) {
  const Config lm = settings.Object("transformer_lm"),
               pattern = settings.Object("codebooks_pattern");
  if (const std::string name = pattern.String("modeling", "delay"); name != "delay") {
    ThrowBadInput(pattern.Where("modeling"), ": expected delay, found ", Printable(name));
  }
  lm::LmConfig config;
  config.width = lm.Int("dim", 1024, 4, 1 << 14);
  config.heads = lm.Int("num_heads", 16, 1, 1 << 10);
  config.layers = lm.Int("num_layers", 24, 1, 1 << 10);
  config.ffn_width = config.width * lm.Int("hidden_scale", 4, 1, 64);
  config.audio_channels = settings.Object("interleave_stereo_codebooks").Bool("use", false) ? 2 : 1;
  config.codebooks = codec.num_quantizers * config.audio_channels;
  config.codebook_size = codec.codebook_size;
  for (int64_t k = 0; k < config.codebooks; ++k) {
    config.pattern.delays.push_back(k / config.audio_channels);
  }
  if (config.width % (2 * config.heads) != 0) {
    ThrowBadInput(lm.Where("num_heads"), ": expected a divisor of half of dim ", config.width,
                  ", found ", config.heads);
  }
  return config;
}

}  // namespace

model::ModelFiles OpenParts(const Config& settings) {
  const Config t5 = settings.Object("conditioners").Object("description").Object("t5");
  const model::CodecPart codec = model::OpenCodec(Folder(settings, "compression_model_checkpoint"));
  const model::TextPart text = model::OpenTextEncoder(Folder(t5, "name"));
  model::ModelFiles files;
  files.directory = "new model";
  files.model_type = "musicgen";
  files.licence = "unknown";
  files.side_files = std::make_shared<NoFiles>();
  files.tokenizer_files = text.tokenizer_files;
  files.codec_files = codec.files;
  files.lm = ReadTransformer(settings, codec.config);
  files.t5 = text.config;
  files.codec = codec.config;
  files.t5_tensors = text.tensors;
  files.codec_tensors = codec.tensors;
  files.max_duration_s = settings.Object("dataset").Number("segment_duration", 30.0, 0.2, 1e4);
  return files;
}

}  // namespace musicgen::train
