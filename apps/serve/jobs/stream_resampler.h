// Sound of another rate and other channels, converted while it comes.
#pragma once

#include <cstdint>

#include "musicgen/waveform.hpp"

namespace musicgen::serve {

// All that it gives is ConvertAudio's of the whole sound, bit for bit: each piece is converted with
// the neighbours that its filters reach, in whole periods of the two rates. (Of a piece whose
// length is no whole number of periods the last sample may differ: there ConvertAudio rounds in
// float32.)
class StreamResampler {
 public:
  StreamResampler(int64_t from_hz, int64_t to_hz, int64_t channels);

  // What is ready, maybe nothing.
  Waveform Write(const Waveform& chunk);
  Waveform Finish();
  // Samples that come of so many.
  int64_t LengthOf(int64_t samples) const { return samples * to_ / from_; }

 private:
  // Output of the input in [done_, end), of which end - done_ is whole periods unless it is the
  // last.
  Waveform Convert(int64_t end);

  const int64_t from_hz_, to_hz_, channels_;
  const int64_t from_, to_;  // without their common divisor
  const int64_t reach_;      // samples of input on either side, in whole periods
  Waveform held_;            // from `begin_` on
  int64_t begin_ = 0, done_ = 0;
};

}  // namespace musicgen::serve
