#include "train/demo/demo_card.h"

#include "base/error.h"

namespace musicgen::train {

std::string DemoCard(const LmModelConfig& model, const SamplingDefaults& sampling,
                     const std::map<std::string, std::string>& values) {
  const auto value = [&values](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("unknown") : found->second;
  };
  return StrCat(
      "---\nlicense: mit\nlibrary_name: transformers\npipeline_tag: text-to-audio\n---\n\n",
      "# A small MusicGen of its own\n\n",
      "Text to music with four voices: drums, bass, chords and a lead, at 32 kHz, mono. An "
      "ordinary ",
      "MusicGen checkpoint; everything that it knows was composed and rendered by a program.\n\n",
      "- Language model: width ", model.lm.width, ", ", model.lm.layers, " layers, ",
      model.lm.heads, " heads, ", model.lm.codebooks, " codebooks of ", model.lm.codebook_size,
      "; T5 encoder of ", model.t5.num_layers, " layers, trained along.\n",
      "- Training: ", value("update"), " of ", value("planned_updates"), " updates, ",
      value("positions"), " positions of endless composed songs; averaged weights.\n",
      "- Codec: computed from the sounds of the palette rather than trained. It gives those "
      "sounds ",
      "back faithfully, other sounds only roughly.\n", "- Sampling defaults: guidance ",
      sampling.cfg_coef, ", temperature ", sampling.temperature, ", top-k ", sampling.top_k,
      ", top-p ", sampling.top_p, ".\n\n",
      "It follows prompts about style, tempo, key, lead, chords and drums, and knows no sounds ",
      "beyond its palette.\n");
}

}  // namespace musicgen::train
