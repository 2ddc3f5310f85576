// Sound files for the readers' tests, made by libsndfile or byte by byte.
#pragma once

#include <sndfile.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "audio/read.h"
#include "audio/sndfile_sink.h"
#include "base/error.h"

namespace musicgen::audio {

inline std::string Bytes(uint64_t value, int count, bool big_endian = false) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += static_cast<char>(value >> (8 * (big_endian ? count - 1 - i : i)));
  }
  return bytes;
}

inline std::string RiffChunk(const std::string& id, const std::string& data,
                             bool big_endian = false) {
  return id + Bytes(data.size(), 4, big_endian) + data + std::string(data.size() % 2, '\0');
}

// The format chunk's content.
inline std::string WavFormatOf(int tag, int channels, int rate, int bits, int frame_bytes,
                               bool big_endian = false) {
  return Bytes(tag, 2, big_endian) + Bytes(channels, 2, big_endian) + Bytes(rate, 4, big_endian) +
         Bytes(static_cast<uint64_t>(rate) * frame_bytes, 4, big_endian) +
         Bytes(frame_bytes, 2, big_endian) + Bytes(bits, 2, big_endian);
}

inline std::string Riff(const std::string& chunks) {
  return "RIFF" + Bytes(4 + chunks.size(), 4) + "WAVE" + chunks;
}

// A ramp, exact in 8 bits and every coding of more.
inline Waveform Ramp(int64_t rate, int64_t channels, int64_t samples) {
  Waveform wave(rate, channels, samples);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t n = 0; n < samples; ++n) {
      wave.channel(c)[n] = static_cast<float>((n + 3 * c) % 100 - 50) / 128;
    }
  }
  return wave;
}

inline Waveform Tone(int64_t rate, int64_t samples) {
  Waveform wave(rate, 1, samples);
  for (size_t i = 0; i < wave.values.size(); ++i) {
    wave.values[i] = 0.4f * std::sin(0.05f * static_cast<float>(i));
  }
  return wave;
}

// A file of an SF_FORMAT_….
inline std::string EncodeWithLibrary(int format, const Waveform& wave) {
  std::string bytes;
  SndfileSink sink = MemorySink(bytes);
  SF_INFO info = {};
  info.samplerate = static_cast<int>(wave.sample_rate_hz);
  info.channels = static_cast<int>(wave.channels);
  info.format = format;
  SNDFILE* file = OpenSink(sink, info);
  if (file == nullptr) return "";
  std::vector<float> frames;
  for (int64_t n = 0; n < wave.samples; ++n) {
    for (int64_t c = 0; c < wave.channels; ++c) frames.push_back(wave.channel(c)[n]);
  }
  sf_writef_float(file, frames.data(), wave.samples);
  sf_close(file);
  return bytes;
}

// The sentence of the error that reading throws; empty if it does not.
inline std::string ReadingComplaint(const std::string& bytes, const Excerpt& excerpt = {},
                                    const ReadLimits& limits = {}) {
  try {
    DecodeAudio(bytes, "x.wav", excerpt, limits);
  } catch (const Error& error) {
    return error.code() == ErrorCode::kBadInput ? error.what() : "not said to be bad input";
  }
  return "";
}

// The root mean square of two sounds' difference as far as `a` goes; −1 if they do not fit.
inline double Difference(const Waveform& a, const Waveform& b) {
  if (a.channels != b.channels || a.samples > b.samples) return -1;
  double energy = 0;
  for (int64_t c = 0; c < a.channels; ++c) {
    for (int64_t n = 0; n < a.samples; ++n) {
      energy += std::pow(static_cast<double>(a.channel(c)[n]) - b.channel(c)[n], 2);
    }
  }
  return std::sqrt(energy / static_cast<double>(a.values.size()));
}

}  // namespace musicgen::audio
