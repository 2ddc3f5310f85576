// What a model does, but for generating.

#include "c_api/model.h"

#include <algorithm>

#include "api/provenance.h"
#include "c_api/bytes.h"
#include "c_api/codes.h"
#include "c_api/guard.h"
#include "c_api/log.h"
#include "c_api/request.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

std::string StemsOf(const mg_model& model, const RequestState& state) {
  return state.melody == nullptr ? "" : model.model.Stems(state.params);
}

}  // namespace

mg_status mg_model_open(const mg_model_options* options, mg_model** out) {
  return Create(out, [&] {
    auto model = std::make_shared<mg_model>(Get(options)->options.Copy(), LogInfo);
    const ModelInfo& info = model->model.info();
    Log(MG_LOG_INFO,
        StrCat("model ", Printable(info.path, 1000), " (file ", info.file_dtype, "), precision ",
               PrecisionName(info.precision), ", ", model->model.threads(), " threads"));
    for (const std::string& warning : info.warnings) Log(MG_LOG_WARNING, warning);
    return model;
  });
}

mg_status mg_model_load(mg_model* model, int32_t streams, double duration_s) {
  return Guard([&] { Get(model)->model.Load(streams, duration_s); });
}

void mg_model_free(mg_model* model) { Free(model); }

mg_status mg_model_tokenize(mg_model* model, const char* text, int32_t* ids, size_t capacity,
                            size_t* count) {
  return Guard([&] {
    CheckPlace("count", count);
    if (capacity > 0) CheckPlace("ids", ids);
    const std::vector<int32_t> all = Get(model)->model.Tokenize(Text("text", text));
    *count = all.size();
    std::copy_n(all.begin(), std::min(capacity, all.size()), ids);
  });
}

mg_status mg_model_encode(mg_model* model, const mg_waveform* audio, mg_codes** out) {
  return Create(out, [&] { return MakeCodes(Get(model)->model.Encode(*Get(audio)->sound)); });
}

mg_status mg_model_decode(mg_model* model, const mg_codes* codes, mg_waveform** out) {
  return Create(out, [&] { return MakeWaveform(Get(model)->model.Decode(*Get(codes)->codes)); });
}

mg_status mg_provenance(const mg_model* model, const mg_request* request, mg_bytes** out) {
  return Create(out, [&] {
    const RequestState state = Get(request)->state.Copy();
    const auto from = Get(model);
    return MakeBytes(
        api::Provenance(state.prompt, state.params, from->model.info(), StemsOf(*from, state)));
  });
}

mg_status mg_model_stems(const mg_model* model, const mg_request* request, mg_bytes** out) {
  return Create(out, [&] {
    const RequestState state = Get(request)->state.Copy();
    return MakeBytes(StemsOf(*Get(model), state));
  });
}
