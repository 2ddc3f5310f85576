// Finished files, byte for byte as the command line writes them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "musicgen/codes.hpp"
#include "musicgen/model_options.hpp"
#include "musicgen/normalization.hpp"
#include "musicgen/sound_format.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::serve {

struct RenderOrder {
  struct Take {
    Codes codes;
    std::shared_ptr<const Waveform> sound;  // null: made from the codes again
  };
  ModelOptions model;
  std::string comment, format;
  Strategy strategy = Strategy::kLoudness;
  std::vector<Take> takes;
};

// wav, flac, ogg, opus, mp3 and pcm. Throws Refusal(400).
void CheckFormat(const std::string& format);
AudioFormat FormatOf(const std::string& name);  // one of these, but pcm
// 16-bit little-endian samples, channels interleaved.
std::string PcmOf(const Waveform& sound);

// The sound of each take. Where sound has to be made again, a model of its own is opened, whose
// codec alone is loaded and works on the calling thread: the team of the model that plays is not
// held up.
std::vector<Waveform> SoundsOf(const RenderOrder& order);
// A file of each.
std::vector<std::string> RenderTakes(const RenderOrder& order);

}  // namespace musicgen::serve
