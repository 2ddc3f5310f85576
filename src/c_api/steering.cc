#include "c_api/steering.h"

#include <memory>
#include <optional>

#include "c_api/guard.h"

using namespace musicgen;
using namespace musicgen::c_api;

namespace {

template <class T>
mg_status Set(mg_steering* steering, std::optional<T> Steering::*field, const T& value) {
  return Guard([&] { Get(steering)->steering.Set([&](Steering& all) { all.*field = value; }); });
}

}  // namespace

mg_status mg_steering_new(mg_steering** out) {
  return Create(out, [] { return std::make_shared<mg_steering>(); });
}

mg_status mg_steering_set_prompt(mg_steering* steering, const char* prompt) {
  return Guard([&] { return Set(steering, &Steering::prompt, Text("prompt", prompt)); });
}

mg_status mg_steering_set_cfg_coef(mg_steering* steering, double cfg_coef) {
  return Set(steering, &Steering::cfg_coef, cfg_coef);
}

mg_status mg_steering_set_temperature(mg_steering* steering, double temperature) {
  return Set(steering, &Steering::temperature, temperature);
}

mg_status mg_steering_set_top_k(mg_steering* steering, int64_t top_k) {
  return Set(steering, &Steering::top_k, top_k);
}

mg_status mg_steering_set_top_p(mg_steering* steering, double top_p) {
  return Set(steering, &Steering::top_p, top_p);
}

mg_status mg_steering_set_at_step(mg_steering* steering, int64_t step) {
  return Set(steering, &Steering::at_step, step);
}

void mg_steering_free(mg_steering* steering) { Free(steering); }
