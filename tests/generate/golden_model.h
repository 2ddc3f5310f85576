// A model of the fixtures with its goldens, and requests as the goldens were made.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "fixtures_directory.h"
#include "golden.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {

inline const char* const kPrompts[] = {"80s pop track with bassy drums and synth",
                                       "90s rock song with loud guitars and heavy drums"};

// What a model's goldens hold and another's do not. Tests ask here, not the file: one that has lost
// a tensor fails.
struct GoldenParts {
  std::string model;
  bool melody = false;               // mel.wav and what it leads to
  bool second_continuation = false;  // cont2.*, of two audio prompts
  bool last_steps = false;           // lm.logits_cond_tail, both samples' last steps
  bool batch = false;                // greedy.*, of two prompts; greedy.single.audio where not
  bool codec = false;                // codec.*, of the codec alone
  bool codec_batch = false;          // codec.decode_batch.*
  bool codec_stereo = false;         // codec.stereo.*
};

inline const GoldenParts kGoldenParts[] = {
    {.model = "hf-tiny-mono",
     .second_continuation = true,
     .last_steps = true,
     .batch = true,
     .codec = true,
     .codec_batch = true},
    {.model = "hf-tiny-stereo",
     .second_continuation = true,
     .last_steps = true,
     .batch = true,
     .codec = true,
     .codec_batch = true},
    {.model = "hf-tiny-melody",
     .melody = true,
     .last_steps = true,
     .batch = true,
     .codec = true,
     .codec_batch = true},
    {.model = "hf-tiny-melody-stereo",
     .melody = true,
     .last_steps = true,
     .batch = true,
     .codec = true,
     .codec_batch = true},
    {.model = "ac-tiny-mono", .batch = true, .codec = true},
    {.model = "ac-tiny-stereo", .batch = true, .codec = true, .codec_stereo = true},
    {.model = "ac-tiny-melody", .melody = true, .batch = true, .codec = true},
    {.model = "ac-tiny-parallel"},
    {.model = "ac-tiny-unroll"},
    {.model = "ac-tiny-unroll-partial"},
    {.model = "ac-tiny-coarse"},
    {.model = "ac-tiny-musiclm"},
};

inline const GoldenParts& PartsOf(const std::string& model) {
  for (const GoldenParts& parts : kGoldenParts) {
    if (parts.model == model) return parts;
  }
  ThrowBadInput(model, ": expected a model of kGoldenParts");
}

inline ModelOptions FixtureOptions(const std::string& name,
                                   ReferenceDialect reference = ReferenceDialect::kAuto,
                                   Precision precision = Precision::kF32, int threads = 2) {
  ModelOptions options;
  options.model = std::string(kFixturesDirectory) + "/" + name;
  options.reference = reference;
  options.precision = precision;
  options.threads = threads;
  // The same tests on a graphics card (tests/generate/CMakeLists.txt).
  if (const char* device = std::getenv("MUSICGEN_TEST_DEVICE")) options.device = device;
  return options;
}

inline GenerationRequest Greedy(std::optional<std::string> prompt, double duration_s,
                                double cfg_coef = 3.0) {
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.params.use_sampling = false;
  request.params.duration_s = duration_s;
  request.params.cfg_coef = cfg_coef;
  request.params.stems = StemsMode::kOff;  // whatever a cache of this machine holds
  return request;
}

// Sample `item` of a golden [B, K, T].
inline Codes GoldenCodes(const Golden& golden, const std::string& name, int64_t item = 0) {
  const Shape shape = golden.ShapeOf(name);
  const std::vector<int32_t> all = golden.Ints(name);
  Codes codes(shape[1], shape[2]);
  std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(item * shape[1] * shape[2]),
              codes.values.size(), codes.values.begin());
  return codes;
}

// A golden [C, N].
inline Waveform GoldenSound(const Golden& golden, const std::string& name, int64_t rate = 32000) {
  const Shape shape = golden.ShapeOf(name);
  Waveform sound(rate, shape[0], shape[1]);
  sound.values = golden.Floats(name);
  return sound;
}

inline void ExpectCodes(Model& model, const std::vector<GenerationRequest>& requests,
                        const Golden& golden, const std::string& name) {
  GenerateOptions options;
  options.decode_audio = false;
  const auto results = model.Generate(requests, options);
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].codes.values, GoldenCodes(golden, name, static_cast<int64_t>(i)).values)
        << name << ", sample " << i;
  }
}

}  // namespace musicgen
