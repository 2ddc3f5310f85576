#include "audio/encode.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "audio/file_writer.h"
#include "audio/id3.h"
#include "audio/ogg_pages.h"
#include "audio/resample.h"
#include "base/check.h"
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

std::string EncodeAudio(const Waveform& wave, const Encoding& encoding) {
  const AudioFormat format = encoding.format;
  if (format == AudioFormat::kWav) return EncodeWav(wave, encoding.samples, encoding.metadata);
  MG_CHECK_EQ(wave.values.size(), static_cast<size_t>(wave.channels * wave.samples));
  CheckSamples(encoding);
  CheckEncodable(wave);
  const int64_t rate = RateFor(format, wave.sample_rate_hz);
  std::string out;
  SndfileSink sink = MemorySink(out);
  FileWriter file(encoding, rate, wave.channels, sink);
  file.Append(rate == wave.sample_rate_hz ? wave : ResampleJulius(wave, rate));
  file.Close();
  if (format == AudioFormat::kMp3) out.insert(0, MakeId3(encoding.metadata));
  if (format == AudioFormat::kOgg || format == AudioFormat::kOpus) SetOggSerial(out, kOggSerial);
  return out;
}

void CheckSamples(const Encoding& encoding) {
  if (encoding.format == AudioFormat::kFlac && encoding.samples == SampleFormat::kFloat32) {
    ThrowBadInput("FLAC holds no float samples: expected 16 or 24 bits");
  }
}

}  // namespace musicgen::audio
