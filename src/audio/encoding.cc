#include "audio/encoding.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kOpusRates[] = {8000, 12000, 16000, 24000, 48000};
constexpr int64_t kMp3Rates[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

}  // namespace

int64_t RateFor(AudioFormat format, int64_t rate) {
  std::span<const int64_t> rates;
  if (format == AudioFormat::kOpus) rates = kOpusRates;
  if (format == AudioFormat::kMp3) rates = kMp3Rates;
  if (rates.empty()) return rate;
  const auto above = std::lower_bound(rates.begin(), rates.end(), rate);
  return above == rates.end() ? rates.back() : *above;
}

const char* FormatName(AudioFormat format) {
  switch (format) {
    case AudioFormat::kWav:
      return "wav";
    case AudioFormat::kFlac:
      return "flac";
    case AudioFormat::kOgg:
      return "ogg";
    case AudioFormat::kOpus:
      return "opus";
    case AudioFormat::kMp3:
      return "mp3";
  }
  return "unknown";
}

void CheckEncodable(const Waveform& wave) {
  const auto bad = std::find_if_not(wave.values.begin(), wave.values.end(),
                                    [](float x) { return std::isfinite(x); });
  if (bad == wave.values.end()) return;
  ThrowFailure("cannot encode the sound: value ", bad - wave.values.begin(),
               " is not a finite number");
}

void CheckSamples(const Encoding& encoding) {
  if (encoding.format == AudioFormat::kFlac && encoding.samples == SampleFormat::kFloat32) {
    ThrowBadInput("FLAC holds no float samples: expected 16 or 24 bits");
  }
}

}  // namespace musicgen::audio
