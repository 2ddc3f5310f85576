#include "lm/pattern_config.h"

#include <cstddef>

namespace musicgen::lm {

bool PatternConfig::IsPlainDelay(int64_t audio_channels) const {
  bool plain = kind == Kind::kDelay && flatten_first == 0 && empty_initial == 0;
  for (std::size_t k = 0; plain && k < delays.size(); ++k) {
    plain = delays[k] == static_cast<int64_t>(k) / audio_channels;
  }
  return plain;
}

}  // namespace musicgen::lm
