#include "audio/encode.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "audio/id3.h"
#include "audio/ogg_pages.h"
#include "audio/pcm.h"
#include "audio/resample.h"
#include "audio/sndfile_sink.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

// The library's Vorbis encoder keeps a block on the stack.
constexpr int64_t kBlockFrames = 4096;
constexpr uint32_t kSerial = 0x6d757369;  // any number will do

constexpr int64_t kOpusRates[] = {8000, 12000, 16000, 24000, 48000};
constexpr int64_t kMp3Rates[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

// From 0, the best, to 1, the library's scale for every codec.
constexpr double kVorbisLevel = 0.4;
constexpr double kOpusLevel = 0.64;
constexpr double kMp3Level = 0;

int SndfileFormat(FileFormat format, WavEncoding encoding) {
  switch (format) {
    case FileFormat::kFlac:
      return SF_FORMAT_FLAC |
             (encoding == WavEncoding::kPcm16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24);
    case FileFormat::kOgg:
      return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    case FileFormat::kOpus:
      return SF_FORMAT_OGG | SF_FORMAT_OPUS;
    case FileFormat::kMp3:
      return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    case FileFormat::kWav:
      break;
  }
  return SF_FORMAT_WAV;
}

// The format's rate that is nearest from above, or its highest.
int64_t RateFor(FileFormat format, int64_t rate) {
  std::span<const int64_t> rates;
  if (format == FileFormat::kOpus) rates = kOpusRates;
  if (format == FileFormat::kMp3) rates = kMp3Rates;
  if (rates.empty()) return rate;
  const auto above = std::lower_bound(rates.begin(), rates.end(), rate);
  return above == rates.end() ? rates.back() : *above;
}

void SetQuality(SNDFILE* file, FileFormat format) {
  double level = format == FileFormat::kOgg    ? kVorbisLevel
                 : format == FileFormat::kOpus ? kOpusLevel
                                               : kMp3Level;
  if (format == FileFormat::kFlac) return;
  sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
  if (format != FileFormat::kMp3) return;
  int mode = SF_BITRATE_MODE_CONSTANT;
  sf_command(file, SFC_SET_BITRATE_MODE, &mode, sizeof(mode));
}

template <class T, class Convert>
std::vector<T> Interleave(const Waveform& wave, int64_t begin, int64_t frames,
                          const Convert& convert) {
  std::vector<T> out(static_cast<size_t>(frames * wave.channels));
  for (int64_t c = 0; c < wave.channels; ++c) {
    const float* from = wave.channel(c) + begin;
    for (int64_t n = 0; n < frames; ++n) {
      out[static_cast<size_t>(n * wave.channels + c)] = convert(from[n]);
    }
  }
  return out;
}

sf_count_t WriteBlock(SNDFILE* file, int format, const Waveform& wave, int64_t begin,
                      int64_t frames) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_16:
      return sf_writef_short(file, Interleave<short>(wave, begin, frames, FloatToInt16).data(),
                             frames);
    case SF_FORMAT_PCM_24:  // the library stores the upper 24 bits of an int
      return sf_writef_int(
          file,
          Interleave<int>(wave, begin, frames, [](float x) { return FloatToInt24(x) * 256; })
              .data(),
          frames);
    default:
      return sf_writef_float(
          file,
          Interleave<float>(wave, begin, frames, [](float x) { return std::clamp(x, -1.0f, 1.0f); })
              .data(),
          frames);
  }
}

void CheckFinite(const Waveform& wave) {
  const auto bad = std::find_if_not(wave.values.begin(), wave.values.end(),
                                    [](float x) { return std::isfinite(x); });
  if (bad == wave.values.end()) return;
  ThrowFailure("cannot encode the sound: value ", bad - wave.values.begin(),
               " is not a finite number");
}

void Write(const Waveform& wave, FileFormat format, WavEncoding encoding,
           const WavMetadata& metadata, SndfileSink& sink) {
  SF_INFO info = {};
  info.samplerate = static_cast<int>(wave.sample_rate_hz);
  info.channels = static_cast<int>(wave.channels);
  info.format = SndfileFormat(format, encoding);
  std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(OpenSink(sink, info), sf_close);
  if (file == nullptr) {
    ThrowBadInput("cannot make a file of format ", FormatName(format), " of ", wave.channels,
                  " channels at ", wave.sample_rate_hz, " Hz: ", sf_strerror(nullptr));
  }
  SetQuality(file.get(), format);
  if (format != FileFormat::kMp3) {  // there the library says that its UTF-8 is Latin-1
    SetText(file.get(), SF_STR_SOFTWARE, metadata.software);
    SetText(file.get(), SF_STR_COMMENT, metadata.comment);
  }
  bool whole = true;
  for (int64_t begin = 0; whole && begin < wave.samples; begin += kBlockFrames) {
    const int64_t frames = std::min(kBlockFrames, wave.samples - begin);
    whole = WriteBlock(file.get(), info.format, wave, begin, frames) == frames;
  }
  const int closed = sf_close(file.release());
  if (sink.error) std::rethrow_exception(sink.error);
  if (!whole || closed != 0) {
    ThrowFailure("cannot encode the sound as ", FormatName(format), ": ", sf_error_number(closed));
  }
}

}  // namespace

const char* FormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kWav:
      return "wav";
    case FileFormat::kFlac:
      return "flac";
    case FileFormat::kOgg:
      return "ogg";
    case FileFormat::kOpus:
      return "opus";
    case FileFormat::kMp3:
      return "mp3";
  }
  return "unknown";
}

std::string EncodeAudio(const Waveform& wave, FileFormat format, WavEncoding encoding,
                        const WavMetadata& metadata) {
  if (format == FileFormat::kWav) return EncodeWav(wave, encoding, metadata);
  MG_CHECK_EQ(wave.values.size(), static_cast<size_t>(wave.channels * wave.samples));
  if (format == FileFormat::kFlac && encoding == WavEncoding::kFloat32) {
    ThrowBadInput("FLAC holds no float samples: expected 16 or 24 bits");
  }
  CheckFinite(wave);
  std::string out;
  SndfileSink sink = MemorySink(out);
  const int64_t rate = RateFor(format, wave.sample_rate_hz);
  if (rate == wave.sample_rate_hz) {
    Write(wave, format, encoding, metadata, sink);
  } else {
    Write(ResampleJulius(wave, rate), format, encoding, metadata, sink);
  }
  if (format == FileFormat::kMp3) out.insert(0, MakeId3(metadata));
  if (format == FileFormat::kOgg || format == FileFormat::kOpus) SetOggSerial(out, kSerial);
  return out;
}

}  // namespace musicgen::audio
