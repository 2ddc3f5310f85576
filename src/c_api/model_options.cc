#include "api/convert.h"
#include "c_api/bytes.h"
#include "c_api/guard.h"
#include "c_api/model.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

template <class T>
mg_status Set(mg_model_options* options, T ModelOptions::*field, const T& value) {
  return Guard([&] { Get(options)->options.Set([&](ModelOptions& all) { all.*field = value; }); });
}

}  // namespace

mg_status mg_model_options_new(const char* model, mg_model_options** out) {
  return Create(out, [&] {
    auto options = std::make_shared<mg_model_options>();
    options->options.Set([&](ModelOptions& all) { all.model = Text("model", model); });
    return options;
  });
}

mg_status mg_model_options_set_text_encoder(mg_model_options* options, const char* path) {
  return Guard([&] { return Set(options, &ModelOptions::text_encoder, TextOrEmpty(path)); });
}

mg_status mg_model_options_set_codec(mg_model_options* options, const char* path) {
  return Guard([&] { return Set(options, &ModelOptions::codec, TextOrEmpty(path)); });
}

mg_status mg_model_options_set_style_encoder(mg_model_options* options, const char* path) {
  return Guard([&] { return Set(options, &ModelOptions::style_encoder, TextOrEmpty(path)); });
}

mg_status mg_model_options_set_demucs(mg_model_options* options, const char* path) {
  return Guard([&] { return Set(options, &ModelOptions::demucs, TextOrEmpty(path)); });
}

mg_status mg_model_options_add_lora(mg_model_options* options, const char* path, double strength) {
  return Guard([&] {
    const LoraFile lora = {Text("path", path), strength};
    Get(options)->options.Set([&](ModelOptions& all) { all.loras.push_back(lora); });
  });
}

mg_status mg_model_options_set_precision(mg_model_options* options, mg_precision precision) {
  return Guard([&] {
    return Set(options, &ModelOptions::precision, EnumOf("precision", precision, Precision::kQ4));
  });
}

mg_status mg_model_options_set_reference(mg_model_options* options, mg_reference reference) {
  return Guard([&] {
    return Set(options, &ModelOptions::reference,
               EnumOf("reference", reference, ReferenceDialect::kAudioCraft));
  });
}

mg_status mg_model_options_set_strict(mg_model_options* options, int32_t strict) {
  return Guard([&] { return Set(options, &ModelOptions::strict, Flag("strict", strict)); });
}

mg_status mg_model_options_set_threads(mg_model_options* options, int32_t threads) {
  return Set(options, &ModelOptions::threads, int{threads});
}

mg_status mg_model_options_set_device(mg_model_options* options, const char* device) {
  return Guard([&] { return Set(options, &ModelOptions::device, Text("device", device)); });
}

mg_status mg_model_options_set_max_streams(mg_model_options* options, int32_t streams) {
  return Guard([&] {
    if (streams < 0) ThrowBadInput("max_streams: expected a number from 0, found ", streams);
    return Set(options, &ModelOptions::max_streams, int{streams});
  });
}

mg_status mg_model_options_set_cache_bytes(mg_model_options* options, uint64_t bytes) {
  return Set(options, &ModelOptions::cache_bytes, bytes);
}

void mg_model_options_free(mg_model_options* options) { Free(options); }

mg_status mg_convert(const mg_model_options* options, const char* path, mg_strings** warnings) {
  return Guard([&] {
    if (warnings != nullptr) *warnings = nullptr;
    auto list = std::make_shared<mg_strings>();
    list->strings = api::Convert(Get(options)->options.Copy(), Text("path", path));
    if (warnings != nullptr) *warnings = NewHandle(std::move(list));
  });
}
