#include "audio/normalize.h"
#include "c_api/arguments.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_normalization {
  static constexpr char kName[] = "mg_normalization";
  explicit mg_normalization(const NormalizeOptions& value) : options(value) {}
  Locked<NormalizeOptions> options;
};

namespace {

mg_status SetHeadroom(mg_normalization* how, double NormalizeOptions::*field, double db) {
  return Guard([&] {
    if (!(db >= -200 && db <= 200)) {  // also refuses NaN
      ThrowBadInput("headroom: expected a number from -200 to 200 dB, found ", db);
    }
    Get(how)->options.Set([&](NormalizeOptions& options) { options.*field = db; });
  });
}

mg_status SetFlag(mg_normalization* how, const char* name, bool NormalizeOptions::*field,
                  int32_t value) {
  return Guard([&] {
    const bool flag = Flag(name, value);
    Get(how)->options.Set([&](NormalizeOptions& options) { options.*field = flag; });
  });
}

}  // namespace

mg_status mg_normalization_new(mg_strategy strategy, mg_normalization** out) {
  return Create(out, [&] {
    NormalizeOptions options;
    options.strategy = EnumOf("strategy", strategy, Strategy::kNone);
    return std::make_shared<mg_normalization>(options);
  });
}

mg_status mg_normalization_set_normalize(mg_normalization* how, int32_t normalize) {
  return SetFlag(how, "normalize", &NormalizeOptions::normalize, normalize);
}

mg_status mg_normalization_set_peak_clip_headroom_db(mg_normalization* how, double db) {
  return SetHeadroom(how, &NormalizeOptions::peak_clip_headroom_db, db);
}

mg_status mg_normalization_set_rms_headroom_db(mg_normalization* how, double db) {
  return SetHeadroom(how, &NormalizeOptions::rms_headroom_db, db);
}

mg_status mg_normalization_set_loudness_headroom_db(mg_normalization* how, double db) {
  return SetHeadroom(how, &NormalizeOptions::loudness_headroom_db, db);
}

mg_status mg_normalization_set_loudness_compressor(mg_normalization* how, int32_t compressor) {
  return SetFlag(how, "loudness_compressor", &NormalizeOptions::loudness_compressor, compressor);
}

void mg_normalization_free(mg_normalization* how) { Free(how); }

mg_status mg_waveform_normalize(const mg_waveform* wave, const mg_normalization* how,
                                mg_waveform** out, int64_t* clipped) {
  return Create(out, [&] {
    Waveform sound = *Get(wave)->sound;
    const int64_t count = audio::Normalize(sound, Get(how)->options.Copy());
    if (clipped != nullptr) *clipped = count;
    return MakeWaveform(std::move(sound));
  });
}
