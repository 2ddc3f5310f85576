#include <memory>

#include "api/sounds.h"
#include "c_api/arguments.h"
#include "c_api/guard.h"
#include "c_api/log.h"
#include "c_api/waveform.h"
#include "checkpoint/safetensors.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_chroma {
  static constexpr char kName[] = "mg_chroma";
  Chroma chroma;
};

mg_status mg_chroma_new(const float* values, int64_t frames, int64_t classes, mg_chroma** out) {
  return Create(out, [&] {
    const size_t count = CheckMatrix("chroma", values, classes, 1, frames);
    auto made = std::make_shared<mg_chroma>();
    made->chroma.frames = frames;
    made->chroma.classes = classes;
    if (count > 0) made->chroma.values.assign(values, values + count);
    return made;
  });
}

mg_status mg_chroma_extract(const mg_waveform* melody, mg_reference reference, const char* model,
                            mg_chroma** out) {
  return Create(out, [&] {
    const auto dialect = EnumOf("reference", reference, ReferenceDialect::kAudioCraft);
    return std::make_shared<mg_chroma>(mg_chroma{api::ExtractChroma(
        *Get(melody)->sound, dialect, TextOrEmpty(model), StemsMode::kOff, "", nullptr)});
  });
}

mg_status mg_chroma_extract_of_stems(const mg_waveform* melody, mg_reference reference,
                                     const char* model, mg_stems_use stems, const char* demucs,
                                     mg_chroma** out) {
  return Create(out, [&] {
    const auto dialect = EnumOf("reference", reference, ReferenceDialect::kAudioCraft);
    const auto mode = EnumOf("stems", stems, StemsMode::kOff);
    return std::make_shared<mg_chroma>(mg_chroma{api::ExtractChroma(
        *Get(melody)->sound, dialect, TextOrEmpty(model), mode, TextOrEmpty(demucs), LogInfo)});
  });
}

const float* mg_chroma_data(const mg_chroma* chroma) {
  return Value([&]() -> const float* {
    const auto from = Get(chroma);
    return from->chroma.values.empty() ? nullptr : from->chroma.values.data();
  });
}

int64_t mg_chroma_frames(const mg_chroma* chroma) {
  return Value([&] { return Get(chroma)->chroma.frames; });
}

int64_t mg_chroma_classes(const mg_chroma* chroma) {
  return Value([&] { return Get(chroma)->chroma.classes; });
}

mg_status mg_chroma_write(const mg_chroma* chroma, const char* path) {
  return Guard([&] {
    const auto from = Get(chroma);
    const Shape shape = {from->chroma.frames, from->chroma.classes};
    checkpoint::WriteSafetensors(Text("path", path),
                                 {{"chroma", DType::kF32, shape, from->chroma.values.data()}}, {});
  });
}

void mg_chroma_free(mg_chroma* chroma) { Free(chroma); }
