#include "serve/routes/finished_sound.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "musicgen/musicgen.hpp"
#include "serve/routes/g711.h"

namespace musicgen::serve {
namespace {

std::string ToPcm(const Waveform& wave) {
  std::string pcm;
  pcm.reserve(static_cast<size_t>(2 * wave.channels * wave.samples));
  for (int64_t n = 0; n < wave.samples; ++n) {
    for (int64_t c = 0; c < wave.channels; ++c) {
      const float scaled = std::round(wave.channel(c)[n] * 32768.0F);
      const auto sample = static_cast<int>(std::fmin(std::fmax(scaled, -32768.0F), 32767.0F));
      pcm += static_cast<char>(sample & 0xFF);
      pcm += static_cast<char>(sample >> 8 & 0xFF);
    }
  }
  return pcm;
}

AudioFormat KindOf(const std::string& name) {
  static const std::map<std::string, AudioFormat> kinds = {{"wav", AudioFormat::kWav},
                                                           {"flac", AudioFormat::kFlac},
                                                           {"opus", AudioFormat::kOpus},
                                                           {"mp3", AudioFormat::kMp3}};
  return kinds.at(name);
}

bool IsNative(const SoundFormat& format) {
  return format.sample_rate_hz == 0 && format.channels == 0 && format.bitrate_kbps == 0 &&
         !IsG711(format);
}

std::string Convert(Waveform wave, const SoundFormat& format) {
  const int64_t rate = format.sample_rate_hz > 0 ? format.sample_rate_hz : wave.sample_rate_hz;
  const int64_t channels = format.channels > 0 ? format.channels : wave.channels;
  if (rate != wave.sample_rate_hz || channels != wave.channels) {
    wave = ConvertAudio(wave, rate, channels);
  }
  if (IsG711(format)) return TranscodePiece(format, ToPcm(wave));
  if (format.name == "pcm") return ToPcm(wave);
  Encoding encoding;
  encoding.format = KindOf(format.name);
  encoding.bitrate_kbps = format.name == "mp3" ? format.bitrate_kbps : 0;
  const std::vector<uint8_t> bytes = EncodeAudio(wave, encoding);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

bool IsG711(const SoundFormat& format) { return format.name == "ulaw" || format.name == "alaw"; }

SoundFormat StreamedForm(const SoundFormat& format) {
  SoundFormat form = format;
  if (IsG711(format)) form.name = "pcm";
  return form;
}

std::string TranscodePiece(const SoundFormat& format, std::string bytes) {
  if (!IsG711(format)) return bytes;
  return EncodeG711(format.name == "ulaw" ? G711Law::kMu : G711Law::kA, bytes);
}

std::string ContentTypeOf(const SoundFormat& format, const ModelInfo& info) {
  if (!IsG711(format)) return ContentType(format, info);
  return std::string(format.name == "ulaw" ? "audio/PCMU" : "audio/PCMA") +
         ";rate=" + std::to_string(format.sample_rate_hz);
}

std::string SuffixOf(const SoundFormat& format) { return IsG711(format) ? "raw" : format.name; }

void RenderSound(Service& service, const std::string& id, const SoundFormat& format,
                 Strategy strategy,
                 std::function<void(std::vector<std::string>, std::exception_ptr)> done) {
  if (IsNative(format)) {
    service.jobs.Render(id, format.name, std::move(done), strategy);
    return;
  }
  service.jobs.MakeSounds(id, [format, strategy, done = std::move(done)](
                                  std::vector<Waveform> sounds, std::exception_ptr failure) {
    if (failure) return done({}, failure);
    std::vector<std::string> files;
    try {
      for (Waveform& sound : sounds) {
        Normalize(sound, strategy);
        files.push_back(Convert(std::move(sound), format));
      }
    } catch (...) {
      return done({}, std::current_exception());
    }
    done(std::move(files), nullptr);
  });
}

}  // namespace musicgen::serve
