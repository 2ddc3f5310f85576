#include "api/argument_check.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "audio/resample.h"
#include "base/cpu.h"
#include "base/error.h"

namespace musicgen::api {
namespace {

constexpr int kMaxThreads = 256;
constexpr int64_t kMostStreams = 1 << 20;
constexpr double kMostDurationS = 86400;
constexpr int64_t kMostSampleRateHz = 1'000'000;
constexpr int64_t kMostChannels = 1024;

// Whether no extent is below 0 and `values` is what they multiply to.
bool Holds(std::initializer_list<int64_t> extents, size_t values) {
  uint64_t product = 1;
  bool empty = false, overflow = false;
  for (const int64_t extent : extents) {
    if (extent < 0) return false;
    empty = empty || extent == 0;
    overflow = __builtin_mul_overflow(product, static_cast<uint64_t>(extent), &product) || overflow;
  }
  return empty ? values == 0 : !overflow && product == values;
}

void CheckExtent(const char* what, const char* name, int64_t extent, int64_t most) {
  if (extent < 1 || extent > most) {
    ThrowBadInput(what, ": ", name, ": expected a number from 1 to ", most, ", found ", extent);
  }
}

}  // namespace

int ThreadCount(int wanted) {
  if (wanted < 0 || wanted > kMaxThreads) {
    ThrowBadInput("threads: expected a number from 0 to ", kMaxThreads, ", found ", wanted);
  }
  return wanted > 0 ? wanted : ProcessorCount();
}

void CheckLoad(int streams, double duration_s) {
  CheckExtent("load", "streams", streams, kMostStreams);
  if (!(duration_s > 0 && duration_s <= kMostDurationS)) {  // also refuses NaN
    ThrowBadInput("load: duration: expected a number above 0 and at most ", kMostDurationS,
                  ", found ", duration_s);
  }
}

void CheckSound(const char* what, const Waveform& sound) {
  CheckExtent(what, "sample_rate_hz", sound.sample_rate_hz, audio::kMostSampleRate);
  CheckExtent(what, "channels", sound.channels, kMostChannels);
  if (!Holds({sound.channels, sound.samples}, sound.values.size())) {
    ThrowBadInput(what, ": expected as many values as ", sound.channels, " channels of ",
                  sound.samples, " samples have, found ", sound.values.size());
  }
}

void CheckFiniteSound(const char* what, const Waveform& sound) {
  CheckSound(what, sound);
  // Ten minutes of sound are checked while others play: all at once first, in a loop that
  // vectorises.
  float sum = 0;
  for (const float value : sound.values) sum += value * 0.0f;
  if (sum == 0.0f) return;
  const auto bad = std::find_if_not(sound.values.begin(), sound.values.end(),
                                    [](float value) { return std::isfinite(value); });
  if (bad == sound.values.end()) return;
  const int64_t at = bad - sound.values.begin();
  ThrowBadInput(what, ": channel ", at / sound.samples, ", sample ", at % sound.samples,
                ": expected a finite number, found ", *bad);
}

void CheckStream(int64_t sample_rate_hz, int64_t channels, int64_t samples) {
  constexpr int64_t kMostSamples = int64_t{1} << 48;  // centuries, and its bytes fit 64 bits
  CheckExtent("stream", "sample_rate_hz", sample_rate_hz, audio::kMostSampleRate);
  CheckExtent("stream", "channels", channels, kMostChannels);
  if (samples < 0 || samples > kMostSamples) {
    ThrowBadInput("stream: samples: expected a number from 0 to ", kMostSamples, ", found ",
                  samples);
  }
}

void CheckSounds(const GenerationRequest& request) {
  const auto check = [](const char* what, const std::optional<Waveform>& sound) {
    if (!sound) return;
    if (sound->sample_rate_hz == 0 && sound->channels == 0 && sound->samples == 0 &&
        sound->values.empty()) {
      return;
    }
    CheckFiniteSound(what, *sound);
  };
  check("melody", request.melody);
  check("audio prompt", request.audio_prompt);
  check("style", request.style);
}

void CheckCodesSize(const Codes& codes) {
  if (!Holds({codes.codebooks, codes.frames}, codes.values.size())) {
    ThrowBadInput("codes: expected as many values as ", codes.codebooks, " codebooks of ",
                  codes.frames, " frames have, found ", codes.values.size());
  }
}

void CheckCodesToWrite(std::span<const Codes> samples, const CodesInfo& info) {
  // As checkpoint/codes_file.cc reads.
  constexpr int64_t kMostCodebooks = 64, kMostFrames = 10'000'000;
  constexpr int64_t kMostCodebookSize = 65536;
  if (samples.empty()) ThrowBadInput("codes: samples: expected at least one, found none");
  const auto optional = [](const char* name, int64_t number, int64_t most) {
    if (number != 0) CheckExtent("codes", name, number, most);  // 0: unknown
  };
  optional("frame_rate_hz", info.frame_rate_hz, kMostSampleRateHz);
  optional("sample_rate_hz", info.sample_rate_hz, kMostSampleRateHz);
  optional("codebook_size", info.codebook_size, kMostCodebookSize);
  const int64_t size = info.codebook_size > 0 ? info.codebook_size : kMostCodebookSize;
  for (const Codes& codes : samples) {
    CheckCodesSize(codes);
    CheckExtent("codes", "codebooks", codes.codebooks, kMostCodebooks);
    CheckExtent("codes", "frames", codes.frames, kMostFrames);
    if (codes.codebooks != samples[0].codebooks || codes.frames != samples[0].frames) {
      ThrowBadInput("codes: expected all samples of one shape, [", samples[0].codebooks, ", ",
                    samples[0].frames, "], found [", codes.codebooks, ", ", codes.frames, "]");
    }
    for (const int32_t code : codes.values) {
      if (code < 0 || code >= size) {
        ThrowBadInput("codes: expected codes from 0 to ", size - 1, ", found ", code);
      }
    }
  }
}

void CheckChroma(const Chroma& chroma) {
  if (!Holds({chroma.frames, chroma.classes}, chroma.values.size())) {
    ThrowBadInput("chroma: expected as many values as ", chroma.frames, " frames of ",
                  chroma.classes, " classes have, found ", chroma.values.size());
  }
}

void CheckLogits(const ScoreResult& score) {
  const std::pair<const char*, const std::vector<float>*> parts[] = {
      {"conditional", &score.conditional},
      {"unconditional", &score.unconditional},
      {"guided", &score.guided}};
  for (const auto& [name, values] : parts) {
    if (!Holds({score.codebooks, score.frames, score.codebook_size}, values->size())) {
      ThrowBadInput("logits: ", name, ": expected as many values as [", score.codebooks, ", ",
                    score.frames, ", ", score.codebook_size, "] has, found ", values->size());
    }
  }
}

}  // namespace musicgen::api
