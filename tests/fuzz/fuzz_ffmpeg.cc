// A file of a kind that FFmpeg reads is a sound within the limits or an Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audio/ffmpeg_reader.h"
#include "audio/sound_kind.h"
#include "base/check.h"
#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::optional<musicgen::audio::FfmpegKind> kind = musicgen::audio::FindFfmpegKind(bytes);
  if (!kind || !musicgen::audio::HasFfmpeg()) return -1;
  musicgen::audio::ReadLimits limits;
  limits.values = 1 << 20;
  try {
    musicgen::audio::Interleaved sound("sound", limits, {});
    musicgen::audio::DecodeWithFfmpeg(*kind, bytes, sound);
    const musicgen::Waveform wave = sound.Finish();
    MG_CHECK_LE(wave.channels * wave.samples, limits.values);
    MG_CHECK_EQ(static_cast<size_t>(wave.channels * wave.samples), wave.values.size());
    for (const float value : wave.values) MG_CHECK(std::isfinite(value));
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
