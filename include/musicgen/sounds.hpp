// Sounds that people bring: reading, converting, levels, and what can be seen of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "musicgen/chroma.hpp"
#include "musicgen/excerpt.hpp"
#include "musicgen/handle_values.hpp"
#include "musicgen/normalization.hpp"
#include "musicgen/reference.hpp"
#include "musicgen/stems.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen {

// WAV (and RIFX, RF64, BW64, Wave64), AIFF, AU, CAF, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3, and the
// sound of M4A, MP4, WebM and others where FFmpeg's libraries are installed, told by its content,
// at the file's own rate and channels. At most 64 channels, and 10 minutes of what is read. Throws
// Error(kBadInput).
inline Waveform ReadAudio(const std::string& path, const Excerpt& excerpt = {}) {
  detail::WaveformHandle wave;
  detail::Check(mg_waveform_read(path.c_str(), excerpt.start_s, excerpt.duration_s, wave.out()));
  return detail::FromHandle(wave);
}

// The same of a file's bytes; `name` stands for the file in messages.
inline Waveform DecodeAudio(const void* data, size_t size, const std::string& name,
                            const Excerpt& excerpt = {}) {
  detail::WaveformHandle wave;
  detail::Check(mg_waveform_decode(data, size, name.c_str(), excerpt.start_s, excerpt.duration_s,
                                   wave.out()));
  return detail::FromHandle(wave);
}

// For a process that is about to give up its right to open files: opens the libraries that
// DecodeAudio takes for these bytes, if any.
inline void LoadDecoder(const void* data, size_t size) { mg_decoder_load(data, size); }

struct SoundInfo {
  int64_t sample_rate_hz = 0, channels = 0;
  int64_t samples = 0;  // per channel
};
// What a file holds, by decoding all of it.
inline SoundInfo ReadSoundInfo(const std::string& path) {
  SoundInfo info;
  detail::Check(
      mg_sound_info_read(path.c_str(), &info.sample_rate_hz, &info.channels, &info.samples));
  return info;
}

// AudioCraft's convert_audio: resampled as julius does, then its channels: to one their mean, one
// repeated, of many the first.
inline Waveform ConvertAudio(const Waveform& wave, int64_t sample_rate_hz, int64_t channels) {
  detail::WaveformHandle out;
  detail::Check(mg_waveform_convert(detail::ToHandle("sound", wave).get(), sample_rate_hz, channels,
                                    out.out()));
  return detail::FromHandle(out);
}

// Brings a finished piece to its level, equal to AudioCraft's audio_write. Returns how many samples
// of all channels it clipped.
inline int64_t Normalize(Waveform& wave, const NormalizeOptions& options) {
  detail::NormalizationHandle how;
  detail::Check(mg_normalization_new(static_cast<mg_strategy>(options.strategy), how.out()));
  detail::Check(mg_normalization_set_normalize(how.get(), options.normalize ? 1 : 0));
  detail::Check(
      mg_normalization_set_peak_clip_headroom_db(how.get(), options.peak_clip_headroom_db));
  detail::Check(mg_normalization_set_rms_headroom_db(how.get(), options.rms_headroom_db));
  detail::Check(mg_normalization_set_loudness_headroom_db(how.get(), options.loudness_headroom_db));
  detail::Check(
      mg_normalization_set_loudness_compressor(how.get(), options.loudness_compressor ? 1 : 0));
  int64_t clipped = 0;
  detail::WaveformHandle out;
  detail::Check(
      mg_waveform_normalize(detail::ToHandle("sound", wave).get(), how.get(), out.out(), &clipped));
  wave = detail::FromHandle(out);
  return clipped;
}
inline int64_t Normalize(Waveform& wave, Strategy strategy) {
  NormalizeOptions options;
  options.strategy = strategy;
  return Normalize(wave, options);
}

// The samples beyond ±1, which every file but a WAV of floats clips.
inline int64_t CountBeyondFullScale(const Waveform& wave) {
  return mg_waveform_count_beyond_full_scale(detail::ToHandle("sound", wave).get());
}

// The melody models' chroma of a sound: one-hot rows [frames, 12], one for each 4096 samples at 32
// kHz, or as the configuration of `model` says (a directory or name as in ModelOptions).
// kHuggingFace resamples as torchaudio does and cuts at 30 s; kAudioCraft resamples as julius does
// and does not cut; kAuto is the model's own, without a model kAudioCraft.
// `stems`: of what is left without drums and bass; `demucs` as in ModelOptions.
inline Chroma ExtractChroma(const Waveform& melody,
                            ReferenceDialect reference = ReferenceDialect::kAuto,
                            const std::string& model = "", StemsMode stems = StemsMode::kOff,
                            const std::string& demucs = "") {
  detail::ChromaHandle handle;
  detail::Check(mg_chroma_extract_of_stems(
      detail::ToHandle("melody", melody).get(), static_cast<mg_reference>(reference), model.c_str(),
      static_cast<mg_stems_use>(stems), demucs.c_str(), handle.out()));
  Chroma chroma(mg_chroma_frames(handle.get()), mg_chroma_classes(handle.get()));
  if (const float* values = mg_chroma_data(handle.get())) {
    chroma.values.assign(values, values + chroma.values.size());
  }
  return chroma;
}

// The bytes of a PNG file: waveform, mel spectrogram and chroma.
inline std::vector<uint8_t> PlotAudio(const Waveform& wave) {
  detail::BytesHandle bytes;
  detail::Check(mg_plot(detail::ToHandle("sound", wave).get(), bytes.out()));
  return detail::FromHandle(bytes);
}

}  // namespace musicgen
