// Any bytes are either a sound within the limits or an Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "audio/read.h"
#include "base/check.h"
#include "base/error.h"

// libsndfile 1.2 forgets a few structures of damaged Ogg files.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libsndfile.so\nleak:libvorbis.so\nleak:libogg.so\nleak:libFLAC.so\nleak:libopus."
         "so\n";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  musicgen::audio::ReadLimits limits;
  limits.values = 1 << 20;
  try {
    const musicgen::Waveform wave = musicgen::audio::DecodeAudio(bytes, "sound", {}, limits);
    MG_CHECK(wave.sample_rate_hz >= 1 && wave.sample_rate_hz <= 768000);
    MG_CHECK(wave.channels >= 1 && wave.channels <= limits.channels && wave.samples >= 1);
    MG_CHECK_LE(wave.channels * wave.samples, limits.values);
    MG_CHECK_EQ(static_cast<size_t>(wave.channels * wave.samples), wave.values.size());
    for (const float value : wave.values) MG_CHECK(std::isfinite(value));
    const musicgen::audio::SoundInfo info =
        musicgen::audio::DecodeSoundInfo(bytes, "sound", limits);
    MG_CHECK_EQ(info.sample_rate_hz, wave.sample_rate_hz);
    MG_CHECK_EQ(info.channels, wave.channels);
    MG_CHECK_EQ(info.samples, wave.samples);
  } catch (const musicgen::Error& error) {
    MG_CHECK(error.code() == musicgen::ErrorCode::kBadInput);
    MG_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
