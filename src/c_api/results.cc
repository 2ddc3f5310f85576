#include "c_api/results.h"

#include "c_api/arguments.h"
#include "c_api/codes.h"
#include "c_api/guard.h"
#include "c_api/waveform.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

// One of the results, which keeps all of them.
std::shared_ptr<const GenerationResult> At(const mg_results* results, size_t index) {
  const auto all = Get(results);
  CheckIndex("results", index, all->results.size());
  return {all, &all->results[index]};
}

}  // namespace

size_t mg_results_count(const mg_results* results) {
  return Value([&] { return Get(results)->results.size(); });
}

int32_t mg_results_is_complete(const mg_results* results, size_t index) {
  return Value([&]() -> int32_t { return At(results, index)->complete ? 1 : 0; });
}

mg_status mg_results_codes(const mg_results* results, size_t index, mg_codes** out) {
  return Create(out, [&] {
    const auto result = At(results, index);
    return std::make_shared<mg_codes>(
        mg_codes{std::shared_ptr<const Codes>(result, &result->codes)});
  });
}

mg_status mg_results_audio(const mg_results* results, size_t index, mg_waveform** out) {
  return Create(out, [&] {
    const auto result = At(results, index);
    return std::make_shared<mg_waveform>(
        mg_waveform{std::shared_ptr<const Waveform>(result, &result->audio)});
  });
}

void mg_results_free(mg_results* results) { Free(results); }
