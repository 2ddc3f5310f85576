#include "train/data/encode_tracks.h"

#include <algorithm>

#include "audio/convert.h"
#include "audio/read.h"
#include "base/error.h"

namespace musicgen::train {
namespace {

constexpr double kWindow = 300.0;  // seconds
constexpr double kTail = 1.0;      // seconds of silence behind a track

// The first `samples` of a sound, zeros where it has fewer.
Waveform WithLength(const Waveform& wave, int64_t samples) {
  Waveform out(wave.sample_rate_hz, wave.channels, samples);
  for (int64_t c = 0; c < wave.channels; ++c) {
    std::copy_n(wave.channel(c), std::min(samples, wave.samples), out.channel(c));
  }
  return out;
}

}  // namespace

Codes EncodeFile(ThreadPool& pool, const codec::Encoder& encoder, const std::string& path,
                 int64_t channels, int64_t* frames) {
  const codec::CodecConfig& config = encoder.config;
  const audio::SoundInfo info = audio::ReadSoundInfo(path);
  const double length =
      static_cast<double>(info.samples) / static_cast<double>(info.sample_rate_hz);
  const int64_t hop = config.hop_samples(), rate = config.sample_rate_hz;
  const auto window_frames =
      static_cast<int64_t>(kWindow * static_cast<double>(rate) / static_cast<double>(hop));
  const double window = static_cast<double>(window_frames * hop) / static_cast<double>(rate);
  const auto windows = std::max<int64_t>(1, static_cast<int64_t>(length / window + 0.999));
  Codes codes;
  for (int64_t i = 0; i < windows; ++i) {
    const double start = static_cast<double>(i) * window;
    if (i > 0 && start >= length - 1e-6) break;
    const bool last = i + 1 == windows;
    Waveform wave = audio::ConvertAudio(
        audio::ReadAudio(path, {.start_s = start, .duration_s = last ? 0.0 : window}), rate,
        channels);
    if (last) {
      *frames = codes.frames + (wave.samples + hop - 1) / hop;
      wave =
          WithLength(wave, wave.samples + static_cast<int64_t>(kTail * static_cast<double>(rate)));
    } else {
      wave = WithLength(wave, window_frames * hop);
    }
    codes.Append(codec::Encode(pool, encoder, wave, config.num_quantizers));
  }
  return codes;
}

std::vector<EncodedTrack> EncodeTracks(ThreadPool& pool, const codec::Encoder& encoder,
                                       const std::vector<std::string>& paths,
                                       const TokenCache& cache, const EncodeCallbacks& callbacks) {
  std::vector<EncodedTrack> tracks;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (callbacks.stop && callbacks.stop()) break;
    EncodedTrack track;
    bool cached = false;
    try {
      if (const auto found = cache.Find(paths[i])) {
        track.codes = *found;
        cached = true;
      } else {
        int64_t frames = 0;
        const Codes codes = EncodeFile(pool, encoder, paths[i], cache.identity().channels, &frames);
        track.codes = cache.Add(paths[i], codes, frames);
      }
    } catch (const Error& problem) {
      if (problem.code() != ErrorCode::kBadInput) throw;
      track.problem = problem.what();
    }
    tracks.push_back(std::move(track));
    if (callbacks.progress) callbacks.progress(i, cached);
  }
  return tracks;
}

}  // namespace musicgen::train
