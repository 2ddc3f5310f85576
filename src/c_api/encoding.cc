#include "c_api/encoding.h"

#include <memory>

#include "audio/encode.h"
#include "c_api/bytes.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

mg_status mg_encoding_new(mg_audio_format format, mg_encoding** out) {
  return Create(out, [&] {
    audio::Encoding encoding;
    encoding.format = EnumOf("format", format, AudioFormat::kMp3);
    encoding.metadata.software = "musicgen";
    return std::make_shared<mg_encoding>(encoding);
  });
}

mg_status mg_encoding_set_sample_format(mg_encoding* encoding, mg_sample_format samples) {
  return Guard([&] {
    const SampleFormat format = EnumOf("sample format", samples, SampleFormat::kFloat32);
    Get(encoding)->encoding.Set([&](audio::Encoding& value) { value.samples = format; });
  });
}

mg_status mg_encoding_set_comment(mg_encoding* encoding, const char* comment) {
  return Guard([&] {
    const std::string text = TextOrEmpty(comment);
    Get(encoding)->encoding.Set([&](audio::Encoding& value) { value.metadata.comment = text; });
  });
}

mg_status mg_encoding_set_bitrate_kbps(mg_encoding* encoding, int32_t kbps) {
  return Guard([&] {
    constexpr int32_t kMost = 1000;
    if (kbps < 0 || kbps > kMost) {
      ThrowBadInput("bitrate: expected a number from 0 to ", kMost, " kbit/s, found ", kbps);
    }
    Get(encoding)->encoding.Set([&](audio::Encoding& value) { value.bitrate_kbps = kbps; });
  });
}

void mg_encoding_free(mg_encoding* encoding) { Free(encoding); }

mg_status mg_encode_audio(const mg_waveform* wave, const mg_encoding* encoding, mg_bytes** out) {
  return Create(out, [&] {
    return MakeBytes(audio::EncodeAudio(*Get(wave)->sound, Get(encoding)->encoding.Copy()));
  });
}
