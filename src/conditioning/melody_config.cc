#include "conditioning/melody_config.h"

#include <algorithm>

#include "audio/resample.h"
#include "base/error.h"

namespace musicgen::conditioning {

MelodyConfig ReadMelodyConfig(const checkpoint::Config& model,
                              const checkpoint::Config& extractor) {
  MelodyConfig config;
  ChromaConfig& chroma = config.chroma;
  chroma.classes = model.Int("num_chroma", chroma.classes, 1, 1200);
  config.chroma_length = model.Int("chroma_length", config.chroma_length, 1, 100000);
  config.format.channels = model.Object("decoder").Int("audio_channels", 1, 1, 2);
  chroma.sample_rate_hz =
      extractor.Int("sampling_rate", chroma.sample_rate_hz, 1, audio::kMostSampleRate);
  chroma.n_fft = extractor.Int("n_fft", chroma.n_fft, 4, 1 << 20);
  if (chroma.n_fft % 2 != 0) {
    ThrowBadInput(extractor.Where("n_fft"), ": expected an even number, found ", chroma.n_fft);
  }
  chroma.hop_samples = extractor.Int("hop_length", chroma.hop_samples, 1, 1 << 20);
  config.format.sample_rate_hz = chroma.sample_rate_hz;
  config.format.most_samples = chroma.sample_rate_hz * extractor.Int("chunk_length", 30, 1, 3600);
  return config;
}

void SetMelody(const MelodyConfig& config, checkpoint::JsonObject* model) {
  checkpoint::Set(model, "num_chroma", {config.chroma.classes});
  checkpoint::Set(model, "chroma_length", {config.chroma_length});
}

checkpoint::JsonValue ToExtractorJson(const MelodyConfig& config) {
  const ChromaConfig& chroma = config.chroma;
  const int64_t chunk_s = config.format.most_samples / config.format.sample_rate_hz;
  return {checkpoint::MakeObject(
      {{"feature_extractor_type", {"MusicgenMelodyFeatureExtractor"}},
       {"feature_size", {chroma.classes}},
       {"num_chroma", {chroma.classes}},
       {"sampling_rate", {chroma.sample_rate_hz}},
       {"hop_length", {chroma.hop_samples}},
       {"n_fft", {chroma.n_fft}},
       {"chunk_length", {std::max<int64_t>(1, chunk_s)}},
       {"stem_indices", {checkpoint::JsonArray{{3}, {2}}}},  // vocals and the rest, of Demucs'
       {"padding_side", {"right"}},
       {"padding_value", {0.0}},
       {"return_attention_mask", {false}}})};
}

}  // namespace musicgen::conditioning
