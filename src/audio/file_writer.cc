#include "audio/file_writer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "audio/pcm.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

// The library's Vorbis encoder keeps a block on the stack.
constexpr int64_t kBlockFrames = 4096;

// From 0, the best, to 1, the library's scale for every codec.
constexpr double kOpusLevel = 0.64;
constexpr double kMp3Level = 0;

// What Vorbis takes at a quality from 0 to 10, of two channels at 44.1 kHz.
constexpr int32_t kVorbisKbps[] = {64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500};
constexpr size_t kVorbisQuality = 6;

int SndfileFormat(AudioFormat format, SampleFormat encoding) {
  switch (format) {
    case AudioFormat::kFlac:
      return SF_FORMAT_FLAC |
             (encoding == SampleFormat::kPcm16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24);
    case AudioFormat::kOgg:
      return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    case AudioFormat::kOpus:
      return SF_FORMAT_OGG | SF_FORMAT_OPUS;
    case AudioFormat::kMp3:
      return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    case AudioFormat::kWav:
      break;
  }
  return SF_FORMAT_WAV;
}

double VorbisLevel(int32_t kbps) {
  size_t quality = kVorbisQuality;
  if (kbps > 0) {
    quality = 0;
    for (size_t q = 1; q < std::size(kVorbisKbps); ++q) {
      if (std::abs(kVorbisKbps[q] - kbps) < std::abs(kVorbisKbps[quality] - kbps)) quality = q;
    }
  }
  return 1 - static_cast<double>(quality) / 10;
}

// The library counts down from the most to the least that the format has at the rate.
double Mp3Level(int32_t kbps, int64_t rate) {
  if (kbps == 0) return kMp3Level;
  const double most = rate >= 32000 ? 320 : rate >= 16000 ? 160 : 64;
  const double least = rate >= 32000 ? 32 : 8;
  return std::clamp((most - kbps) / (most - least), 0.0, 1.0);
}

void SetQuality(SNDFILE* file, const Encoding& encoding, int64_t rate) {
  if (encoding.format == AudioFormat::kFlac) return;
  double level = encoding.format == AudioFormat::kOgg    ? VorbisLevel(encoding.bitrate_kbps)
                 : encoding.format == AudioFormat::kOpus ? kOpusLevel
                                                         : Mp3Level(encoding.bitrate_kbps, rate);
  sf_command(file, SFC_SET_COMPRESSION_LEVEL, &level, sizeof(level));
  if (encoding.format != AudioFormat::kMp3) return;
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

Waveform Part(const Waveform& wave, int64_t begin) {
  Waveform part(wave.sample_rate_hz, wave.channels, wave.samples - begin);
  for (int64_t c = 0; c < wave.channels; ++c) {
    std::copy_n(wave.channel(c) + begin, part.samples, part.channel(c));
  }
  return part;
}

Waveform Joined(const Waveform& first, const Waveform& second) {
  Waveform joined(first.sample_rate_hz, first.channels, first.samples + second.samples);
  for (int64_t c = 0; c < joined.channels; ++c) {
    std::copy_n(first.channel(c), first.samples, joined.channel(c));
    std::copy_n(second.channel(c), second.samples, joined.channel(c) + first.samples);
  }
  return joined;
}

}  // namespace

FileWriter::FileWriter(const Encoding& encoding, int64_t sample_rate_hz, int64_t channels,
                       SndfileSink& sink)
    : sink_(sink), format_(encoding.format), file_(nullptr, sf_close) {
  SF_INFO info = {};
  info.samplerate = static_cast<int>(sample_rate_hz);
  info.channels = static_cast<int>(channels);
  info.format = sndfile_format_ = SndfileFormat(encoding.format, encoding.samples);
  file_.reset(OpenSink(sink_, info));
  if (file_ == nullptr) {
    ThrowBadInput("cannot make a file of format ", FormatName(format_), " of ", channels,
                  " channels at ", sample_rate_hz, " Hz: ", sf_strerror(nullptr));
  }
  SetQuality(file_.get(), encoding, sample_rate_hz);
  if (format_ != AudioFormat::kMp3) {  // there the library says that its UTF-8 is Latin-1
    SetText(file_.get(), SF_STR_SOFTWARE, encoding.metadata.software);
    SetText(file_.get(), SF_STR_COMMENT, encoding.metadata.comment);
  }
}

void FileWriter::Append(const Waveform& wave) {
  if (rest_.samples > 0) return WriteBlocks(Joined(std::exchange(rest_, {}), wave));
  WriteBlocks(wave);
}

void FileWriter::WriteBlocks(const Waveform& wave) {
  const int64_t whole = wave.samples - wave.samples % kBlockFrames;
  for (int64_t begin = 0; begin < whole; begin += kBlockFrames) Write(wave, begin, kBlockFrames);
  rest_ = Part(wave, whole);
}

void FileWriter::Write(const Waveform& wave, int64_t begin, int64_t frames) {
  const bool good = WriteBlock(file_.get(), sndfile_format_, wave, begin, frames) == frames;
  if (sink_.error) std::rethrow_exception(sink_.error);
  if (!good) Fail(sf_error(file_.get()));
}

void FileWriter::Close() {
  if (rest_.samples > 0) Write(rest_, 0, rest_.samples);
  const int closed = sf_close(file_.release());
  if (sink_.error) std::rethrow_exception(sink_.error);
  if (closed != 0) Fail(closed);
}

void FileWriter::Fail(int error) const {
  ThrowFailure("cannot encode the sound as ", FormatName(format_), ": ", sf_error_number(error));
}

}  // namespace musicgen::audio
