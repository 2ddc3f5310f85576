// A file of any format but WAV, block by block. For the encoders' own sources: nobody else sees
// libsndfile.
#pragma once

#include <cstdint>
#include <memory>

#include "audio/encoding.h"
#include "audio/sndfile_sink.h"
#include "types/waveform.h"

namespace musicgen::audio {

class FileWriter {
 public:
  // At a rate that the format has. The sink must stay where it is. Throws Error(kBadInput) when the
  // format cannot hold such a sound.
  FileWriter(const Encoding& encoding, int64_t sample_rate_hz, int64_t channels, SndfileSink& sink);

  // Finite samples. Throw Error(kFailure), or what the sink threw.
  void Append(const Waveform& wave);
  void Close();

 private:
  void WriteBlocks(const Waveform& wave);
  void Write(const Waveform& wave, int64_t begin, int64_t frames);
  [[noreturn]] void Fail(int error) const;

  SndfileSink& sink_;
  AudioFormat format_;
  int sndfile_format_ = 0;
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file_;
  Waveform rest_;  // less than a block: what encoders make depends on how much they get at once
};

}  // namespace musicgen::audio
