#include "audio/stream_encoder.h"

#include <algorithm>
#include <utility>

#include "audio/file_writer.h"
#include "audio/id3.h"
#include "audio/ogg_pages.h"
#include "audio/wav_stream.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int64_t kUntilTheEnd = int64_t{1} << 40;  // frames, beyond what a WAV header can say

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

// Collects what the encoder writes. What it puts into bytes that are gone already is dropped.
class StreamEncoder::Sink {
 public:
  Sink(const Encoding& encoding, const StreamShape& shape)
      : file_(encoding, shape.sample_rate_hz, shape.channels, Connect()) {}

  FileWriter& file() { return file_; }
  std::string Take() {
    taken_ += pending_.size();
    return std::exchange(pending_, {});
  }

 private:
  SndfileSink& Connect() {
    sink_.write_at = [this](uint64_t offset, const void* data, size_t bytes) {
      const auto* from = static_cast<const char*>(data);
      const uint64_t gone = std::min<uint64_t>(bytes, taken_ - std::min(taken_, offset));
      if (gone == bytes) return;
      const auto at = static_cast<size_t>(offset + gone - taken_);
      const size_t rest = bytes - static_cast<size_t>(gone);
      if (pending_.size() < at + rest) pending_.resize(at + rest);
      std::copy_n(from + gone, rest, pending_.data() + at);
    };
    return sink_;
  }

  std::string pending_;
  uint64_t taken_ = 0;
  SndfileSink sink_;
  FileWriter file_;
};

StreamEncoder::StreamEncoder(const Encoding& encoding, const StreamShape& shape)
    : encoding_(encoding), shape_(shape) {
  if (encoding.format == AudioFormat::kWav) return;
  CheckSamples(encoding);
  const int64_t rate = RateFor(encoding.format, shape.sample_rate_hz);
  if (rate != shape.sample_rate_hz) {
    throw Error(ErrorCode::kUnsupported, StrCat("a stream of format ", FormatName(encoding.format),
                                                ": expected a rate it "
                                                "has, such as ",
                                                rate, " Hz, found ", shape.sample_rate_hz));
  }
  sink_ = std::make_unique<Sink>(encoding, shape);
}

StreamEncoder::~StreamEncoder() = default;

std::string StreamEncoder::Start() {
  if (std::exchange(started_, true)) return "";
  if (encoding_.format == AudioFormat::kMp3) return MakeId3(encoding_.metadata);
  if (encoding_.format != AudioFormat::kWav) return "";
  const int64_t samples = shape_.samples < 0 ? kUntilTheEnd : shape_.samples;
  return Text(WavHeader(shape_.sample_rate_hz, shape_.channels, samples, encoding_.samples));
}

std::string StreamEncoder::Write(const Waveform& chunk) {
  if (finished_) ThrowBadInput("stream: expected nothing after its end");
  if (chunk.channels != shape_.channels) {
    ThrowBadInput("chunk: expected ", shape_.channels, " channels as the stream has, found ",
                  chunk.channels);
  }
  const bool is_wav = encoding_.format == AudioFormat::kWav;
  if (is_wav && shape_.samples >= 0 && chunk.samples > shape_.samples - written_) {
    ThrowBadInput("stream: expected ", shape_.samples, " samples in all, found more");
  }
  CheckEncodable(chunk);
  std::string bytes = Start();
  written_ += chunk.samples;
  if (is_wav) return bytes + Text(WavSamples(chunk, encoding_.samples));
  sink_->file().Append(chunk);
  std::string ready = sink_->Take();
  if (encoding_.format == AudioFormat::kOgg || encoding_.format == AudioFormat::kOpus) {
    SetOggSerial(ready, kOggSerial);
  }
  return bytes + ready;
}

std::string StreamEncoder::Finish() {
  if (finished_) ThrowBadInput("stream: expected one end, found a second");
  if (encoding_.format == AudioFormat::kWav) {
    if (shape_.samples >= 0 && written_ < shape_.samples) {
      ThrowBadInput("stream: expected ", shape_.samples, " samples in all, found ", written_);
    }
    finished_ = true;
    return Start();
  }
  finished_ = true;
  std::string bytes = Start();
  sink_->file().Close();
  std::string ready = sink_->Take();
  if (encoding_.format == AudioFormat::kOgg || encoding_.format == AudioFormat::kOpus) {
    SetOggSerial(ready, kOggSerial);
  }
  return bytes + ready;
}

}  // namespace musicgen::audio
