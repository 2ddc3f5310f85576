// Generating a batch.

#include <algorithm>
#include <memory>

#include "c_api/guard.h"
#include "c_api/model.h"
#include "c_api/request.h"
#include "c_api/results.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

struct GenerateState {
  bool decode_audio = true;
  mg_progress_callback progress = nullptr;
  void* progress_user = nullptr;
  mg_audio_callback audio = nullptr;
  void* audio_user = nullptr;
};

}  // namespace

struct mg_generate_options {
  static constexpr char kName[] = "mg_generate_options";
  Locked<GenerateState> state;
};

namespace {

GenerateOptions OptionsOf(const mg_generate_options* handle) {
  const auto found = GetOrNull(handle);
  const GenerateState state = found == nullptr ? GenerateState() : found->state.Copy();
  GenerateOptions options;
  options.decode_audio = state.decode_audio;
  if (state.progress != nullptr) {
    options.progress = [state](const GenerationProgress& now) {
      return state.progress(now.steps_done, now.steps_total, state.progress_user) == MG_CONTINUE;
    };
  }
  if (state.audio != nullptr) {
    options.audio = [state](size_t index, const Waveform& chunk) {
      return state.audio(index, chunk.values.data(), chunk.channels, chunk.samples,
                         state.audio_user) == MG_CONTINUE;
    };
  }
  return options;
}

}  // namespace

mg_status mg_generate_options_new(mg_generate_options** out) {
  return Create(out, [] { return std::make_shared<mg_generate_options>(); });
}

mg_status mg_generate_options_set_decode_audio(mg_generate_options* options, int32_t decode_audio) {
  return Guard([&] {
    const bool flag = Flag("decode_audio", decode_audio);
    Get(options)->state.Set([&](GenerateState& state) { state.decode_audio = flag; });
  });
}

mg_status mg_generate_options_set_progress(mg_generate_options* options,
                                           mg_progress_callback callback, void* user) {
  return Guard([&] {
    Get(options)->state.Set([&](GenerateState& state) {
      state.progress = callback;
      state.progress_user = user;
    });
  });
}

mg_status mg_generate_options_set_audio(mg_generate_options* options, mg_audio_callback callback,
                                        void* user) {
  return Guard([&] {
    Get(options)->state.Set([&](GenerateState& state) {
      state.audio = callback;
      state.audio_user = user;
    });
  });
}

void mg_generate_options_free(mg_generate_options* options) { Free(options); }

mg_status mg_model_generate(mg_model* model, const mg_request* const* requests, size_t count,
                            const mg_generate_options* options, mg_results** out) {
  bool is_complete = true;
  const mg_status status = Create(out, [&] {
    const auto from = Get(model);
    auto made = std::make_shared<mg_results>();
    made->results = from->model.Generate(RequestsOf(requests, count), OptionsOf(options));
    is_complete = std::all_of(made->results.begin(), made->results.end(),
                              [](const GenerationResult& result) { return result.complete; });
    return made;
  });
  if (status != MG_OK || is_complete) return status;
  SetLastError("generate: a callback stopped it");
  return MG_CANCELLED;
}
