#include "compose/frame_tables.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "compose/palette_sounds.h"

namespace musicgen::compose {
namespace {

constexpr size_t kCutSamples = kSampleRateHz / 200;  // 5 ms

// The cosine fade of a sound that another cuts.
const std::array<float, kCutSamples>& CutFade() {
  static const std::array<float, kCutSamples> kFade = [] {
    std::array<float, kCutSamples> fade{};
    for (size_t i = 0; i < kCutSamples; ++i) {
      const double turn = std::numbers::pi * (static_cast<double>(i) + 0.5) / kCutSamples;
      fade[i] = static_cast<float>(0.5 + 0.5 * std::cos(turn));
    }
    return fade;
  }();
  return kFade;
}

}  // namespace

FrameTables RenderFrameTables(const Vocabulary& vocabulary, SoundFont* font) {
  PaletteSounds sounds(font);
  FrameTables tables;
  for (int book = 0; book < kBooks; ++book) {
    auto& frames = tables.frames[static_cast<size_t>(book)];
    auto& next = tables.next[static_cast<size_t>(book)];
    frames.resize(kFrameSamples);  // silence
    next.push_back(0);
    for (int code = 1; code < vocabulary.used(book); ++code) {
      const CodeMeaning& meaning = vocabulary.meaning(book, code);
      next.push_back(meaning.next);
      if (meaning.age > 0) continue;  // came with its onset
      const auto sound = sounds.Sound(static_cast<Book>(book), meaning.instrument, meaning.pitch);
      frames.insert(frames.end(), sound.begin(), sound.end());
    }
    MG_CHECK_EQ(frames.size(), next.size() * kFrameSamples);
  }
  return tables;
}

std::vector<float> RenderCodes(const FrameTables& tables, std::span<const FrameCodes> codes) {
  std::vector<float> out(codes.size() * kFrameSamples);
  for (int book = 0; book < kBooks; ++book) {
    const auto k = static_cast<size_t>(book);
    int going_on = 0;
    for (size_t t = 0; t < codes.size(); ++t) {
      const int code = codes[t][k];
      float* const frame = &out[t * kFrameSamples];
      const auto sound = tables.frame(book, code);
      for (size_t i = 0; i < kFrameSamples; ++i) frame[i] += sound[i];
      if (code != going_on && going_on != 0) {
        const auto cut = tables.frame(book, going_on);
        for (size_t i = 0; i < kCutSamples; ++i) frame[i] += CutFade()[i] * cut[i];
      }
      going_on = tables.next[k][static_cast<size_t>(code)];
    }
  }
  return out;
}

}  // namespace musicgen::compose
