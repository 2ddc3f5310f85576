#pragma once

#include <memory>
#include <utility>

#include "musicgen/musicgen.h"
#include "musicgen/waveform.hpp"

struct mg_waveform {
  static constexpr char kName[] = "mg_waveform";
  std::shared_ptr<const musicgen::Waveform> sound;
};

namespace musicgen::c_api {

// Throws Error(kBadInput) for sizes that no sound has.
Waveform CopySound(const char* name, const float* values, int64_t sample_rate_hz, int64_t channels,
                   int64_t samples);

inline std::shared_ptr<mg_waveform> MakeWaveform(Waveform&& sound) {
  return std::make_shared<mg_waveform>(
      mg_waveform{std::make_shared<const Waveform>(std::move(sound))});
}

}  // namespace musicgen::c_api
