// What a melody is to the model: the strongest pitch class of each frame. audiocraft's
// ChromaExtractor (modules/chroma.py) and transformers' MusicgenMelodyFeatureExtractor compute the
// same of a mono sound.
#pragma once

#include <cstdint>
#include <vector>

#include "types/chroma.h"
#include "types/waveform.h"

namespace musicgen::conditioning {

// The values of the published models.
struct ChromaConfig {
  int64_t sample_rate_hz = 32000;
  int64_t n_fft = 16384;
  int64_t hop_samples = 4096;
  int64_t classes = 12;
};

// Immutable, and may be used from several threads.
class ChromaExtractor {
 public:
  explicit ChromaExtractor(const ChromaConfig& config = {});

  const ChromaConfig& config() const { return config_; }

  // Energies of the pitch classes in the power spectrum. `mono` has one channel at the
  // configuration's rate; it is padded with silence on the right to `padded_samples` (of a batch)
  // and then on both sides to one window. 1 + samples / hop frames, rounded down; a window has 5.
  Chroma Energies(const Waveform& mono, int64_t padded_samples = 0) const;
  // Energies, then Normalize and OneHot.
  Chroma Extract(const Waveform& mono, int64_t padded_samples = 0) const;

 private:
  ChromaConfig config_;
  std::vector<float> filters_;  // [classes, bins]
};

// Divides each frame by its largest value, or 1e-6 if that is larger.
void Normalize(Chroma& chroma);
// 1 at each frame's largest value, the first of equals, and 0 elsewhere: silence becomes class 0.
void OneHot(Chroma& chroma);

}  // namespace musicgen::conditioning
