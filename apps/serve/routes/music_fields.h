// What several operations ask of music.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "serve/routes/field_values.h"
#include "serve/routes/order.h"
#include "serve/routes/service.h"

namespace musicgen::serve {

inline constexpr double kUsualDurationS = 10;
inline constexpr double kMostSeed = 4611686018427387904.0;  // 2^62
inline constexpr double kMostTopK = 1 << 20;
inline constexpr double kMostFactor = 100;  // of guidance and temperature

// The fields with which a running job can be steered too.
std::vector<Field> SamplingFields(const Service& service);
Field SeedField();

// Reads guidance_scale, temperature, top_k, top_p.
void ReadSampling(const FieldValues& fields, GenerationParams& params);
// None where one is to be drawn.
std::optional<uint64_t> ReadSeed(const FieldValues& fields);

// So many steps of transformers' generate, of which the pattern's delays make no sound.
double DurationOfTokens(int64_t tokens);

}  // namespace musicgen::serve
