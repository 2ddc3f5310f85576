// Sound files that are sent while they are made.

#include <memory>
#include <mutex>

#include "api/argument_check.h"
#include "audio/stream_encoder.h"
#include "c_api/bytes.h"
#include "c_api/encoding.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_encoder {
  static constexpr char kName[] = "mg_encoder";
  mg_encoder(const audio::Encoding& encoding, const audio::StreamShape& shape)
      : stream(encoding, shape), sample_rate_hz(shape.sample_rate_hz) {}
  std::mutex mutex;
  audio::StreamEncoder stream;
  const int64_t sample_rate_hz;
};

mg_status mg_encoder_new(const mg_encoding* encoding, int64_t sample_rate_hz, int64_t channels,
                         int64_t samples, mg_encoder** out) {
  return Create(out, [&] {
    api::CheckStream(sample_rate_hz, channels, samples < 0 ? 0 : samples);
    return std::make_shared<mg_encoder>(
        Get(encoding)->encoding.Copy(),
        audio::StreamShape{sample_rate_hz, channels, samples < 0 ? -1 : samples});
  });
}

mg_status mg_encoder_write(mg_encoder* encoder, const float* values, int64_t channels,
                           int64_t samples, mg_bytes** out) {
  return Create(out, [&] {
    const auto to = Get(encoder);
    const Waveform chunk = CopySound("chunk", values, to->sample_rate_hz, channels, samples);
    std::lock_guard<std::mutex> lock(to->mutex);
    return MakeBytes(to->stream.Write(chunk));
  });
}

mg_status mg_encoder_finish(mg_encoder* encoder, mg_bytes** out) {
  return Create(out, [&] {
    const auto to = Get(encoder);
    std::lock_guard<std::mutex> lock(to->mutex);
    return MakeBytes(to->stream.Finish());
  });
}

void mg_encoder_free(mg_encoder* encoder) { Free(encoder); }
