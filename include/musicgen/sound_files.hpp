// Sound files, whole and while they are made, and files that appear whole or not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "musicgen/handle_values.hpp"
#include "musicgen/sound_format.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

struct Encoding {
  AudioFormat format = AudioFormat::kWav;
  SampleFormat samples = SampleFormat::kPcm16;  // of WAV and FLAC (which takes integers)
  std::string comment;                          // goes into the file's metadata
  int bitrate_kbps = 0;  // of MP3 and Vorbis, the nearest they have; 0: as AudioFormat says
};

namespace detail {

inline EncodingHandle ToHandle(const Encoding& encoding) {
  EncodingHandle handle;
  Check(mg_encoding_new(static_cast<mg_audio_format>(encoding.format), handle.out()));
  Check(
      mg_encoding_set_sample_format(handle.get(), static_cast<mg_sample_format>(encoding.samples)));
  Check(mg_encoding_set_comment(handle.get(), CString("comment", encoding.comment)));
  Check(mg_encoding_set_bitrate_kbps(handle.get(), encoding.bitrate_kbps));
  return handle;
}

}  // namespace detail

// The bytes of a sound file. Integers and lossy formats clip at ±1; a rate that the format does not
// have (Opus: 32 kHz) is resampled to the next it has.
inline std::vector<uint8_t> EncodeAudio(const Waveform& wave, const Encoding& encoding) {
  detail::BytesHandle bytes;
  detail::Check(mg_encode_audio(detail::ToHandle("sound", wave).get(),
                                detail::ToHandle(encoding).get(), bytes.out()));
  return detail::FromHandle(bytes);
}
inline std::vector<uint8_t> EncodeAudio(const Waveform& wave, AudioFormat format,
                                        SampleFormat samples, const std::string& comment) {
  return EncodeAudio(wave, {format, samples, comment});
}

// A sound file that is sent while it is made; see mg_encoder_new.
class AudioStream {
 public:
  // `samples` per channel that will come; below 0: unknown.
  AudioStream(const Encoding& encoding, int64_t sample_rate_hz, int64_t channels,
              int64_t samples = -1) {
    detail::Check(mg_encoder_new(detail::ToHandle(encoding).get(), sample_rate_hz, channels,
                                 samples, encoder_.out()));
  }
  // The bytes that are ready, maybe none yet. A chunk has the stream's channels.
  std::vector<uint8_t> Write(const Waveform& chunk) {
    detail::CheckSize("chunk", "channels", chunk.channels, "samples", chunk.samples,
                      chunk.values.size());
    detail::BytesHandle bytes;
    detail::Check(mg_encoder_write(encoder_.get(), chunk.values.data(), chunk.channels,
                                   chunk.samples, bytes.out()));
    return detail::FromHandle(bytes);
  }
  // The last bytes.
  std::vector<uint8_t> Finish() {
    detail::BytesHandle bytes;
    detail::Check(mg_encoder_finish(encoder_.get(), bytes.out()));
    return detail::FromHandle(bytes);
  }

 private:
  detail::EncoderHandle encoder_;
};

// Whether a file can be written, asked before the work that makes its content. Throws
// Error(kBadInput) for a name that the file system refuses, a folder, a place where nothing may be
// made. Folders on the way may be missing.
inline void CheckDestination(const std::string& path) {
  detail::Check(mg_check_destination(path.c_str()));
}
// A file that appears whole or not at all.
inline void WriteFile(const std::string& path, std::span<const uint8_t> bytes) {
  detail::Check(mg_write_file(path.c_str(), bytes.data(), bytes.size()));
}

}  // namespace musicgen
