#include "serve/routes/finished_sound.h"

#include <utility>

#include "musicgen/musicgen.hpp"
#include "serve/jobs/render.h"
#include "serve/routes/g711.h"

namespace musicgen::serve {
namespace {

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
  if (IsG711(format)) return TranscodePiece(format, PcmOf(wave));
  if (format.name == "pcm") return PcmOf(wave);
  Encoding encoding;
  encoding.format = FormatOf(format.name);
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
                                  std::vector<Waveform> sounds, const std::exception_ptr& failure) {
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
