#include "serve/jobs/streamed_sound.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "musicgen/frames.hpp"
#include "musicgen/sound_files.hpp"
#include "serve/http/failure.h"
#include "serve/jobs/stream_resampler.h"

namespace musicgen::serve {
namespace {

constexpr int64_t kCommonRateHz = 48000;  // which every format has

struct Kind {
  AudioFormat format;
  const char* content_type;
};

// PCM is what follows the head of a WAV file.
const Kind& KindOf(const std::string& name) {
  static const std::map<std::string, Kind> kinds = {{"wav", {AudioFormat::kWav, "audio/wav"}},
                                                    {"pcm", {AudioFormat::kWav, "audio/pcm"}},
                                                    {"mp3", {AudioFormat::kMp3, "audio/mpeg"}},
                                                    {"opus", {AudioFormat::kOpus, "audio/ogg"}},
                                                    {"flac", {AudioFormat::kFlac, "audio/flac"}}};
  const auto found = kinds.find(name);
  if (found != kinds.end()) return found->second;
  Refuse(400, "invalid_value",
         "response_format: expected wav, pcm, mp3, opus or flac where sound is streamed, "
         "found another",
         "response_format");
}

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// Resampling between two rates that share little takes thousands of filters.
void CheckFormat(const SoundFormat& format) {
  static const std::set<int64_t> rates = {0,     8000,  11025, 12000, 16000, 22050,
                                          24000, 32000, 44100, 48000, 96000};
  KindOf(format.name);
  if (rates.count(format.sample_rate_hz) == 0) {
    Refuse(400, "invalid_value",
           "sample_rate: expected one of 8000, 11025, 12000, 16000, 22050, 24000, 32000, "
           "44100, 48000 and 96000, found " +
               std::to_string(format.sample_rate_hz),
           "sample_rate");
  }
  if (format.channels < 0 || format.channels > 2) {
    Refuse(400, "invalid_value",
           "channels: expected 1 or 2, found " + std::to_string(format.channels), "channels");
  }
}

// Encodes on the short worker, one chunk after another.
class Encoder {
 public:
  Encoder(const SoundFormat& format, const ModelInfo& info, const GenerationRequest& request)
      : format_(format),
        from_hz_(info.sample_rate_hz),
        rate_hz_(format.sample_rate_hz > 0 ? format.sample_rate_hz : info.sample_rate_hz),
        channels_(format.channels > 0 ? format.channels : info.audio_channels) {
    CheckFormat(format);
    const GenerationParams& params = request.params;
    if (params.duration_s != kEndless) {
      samples_ = FramesOf(params.duration_s, info.frame_rate_hz) * info.hop_samples;
    }
    Open("");  // what the format cannot hold is refused before anything is made
  }

  // Before the first chunk.
  void Open(const std::string& comment) {
    Encoding encoding;
    encoding.format = KindOf(format_.name).format;
    encoding.comment = comment;
    encoding.bitrate_kbps = format_.bitrate_kbps;
    try {
      OpenAt(rate_hz_, encoding);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnsupported || format_.sample_rate_hz > 0) throw;
      OpenAt(kCommonRateHz, encoding);
    }
  }

  std::string Write(const Waveform& chunk) {
    return Text(stream_->Write(resampler_->Write(chunk)));
  }
  std::string Finish() {
    std::string bytes = Text(stream_->Write(resampler_->Finish()));
    return bytes + Text(stream_->Finish());
  }

 private:
  void OpenAt(int64_t rate_hz, const Encoding& encoding) {
    resampler_.emplace(from_hz_, rate_hz, channels_);
    stream_.emplace(encoding, rate_hz, channels_,
                    samples_ < 0 ? -1 : resampler_->LengthOf(samples_));
    rate_hz_ = rate_hz;
    if (format_.name == "pcm") stream_->Write(Waveform(rate_hz, channels_, 0));
  }

  const SoundFormat format_;
  const int64_t from_hz_;
  int64_t rate_hz_;
  const int64_t channels_;
  int64_t samples_ = -1;  // of the model, that will come; -1: without end
  std::optional<StreamResampler> resampler_;
  std::optional<AudioStream> stream_;
};

// Of the short worker's thread but for what a watcher hears, which it only passes on.
class SoundStream : public JobWatcher, public std::enable_shared_from_this<SoundStream> {
 public:
  SoundStream(Jobs& jobs, const SoundFormat& format, const ModelInfo& info,
              const GenerationRequest& request, ByteSink sink)
      : jobs_(jobs), encoder_(format, info, request), sink_(std::move(sink)) {}

  void Started(const JobStatus& status) override {
    Post([this, id = status.id] {
      id_ = id;
      encoder_.Open(jobs_.ProvenanceOf(id));
    });
  }
  void Sound(int, const Waveform& chunk) override {
    Post([this, chunk] { Send(encoder_.Write(chunk)); });
  }
  void Ended(const JobStatus& status) override {
    // Music without end is whole wherever it is cut.
    const bool whole =
        status.state == JobState::kDone || (status.endless && status.state == JobState::kCancelled);
    if (whole) Post([this] { Send(encoder_.Finish()); });
    jobs_.PostShort([self = shared_from_this(), status] {
      self->sink_.end(status);
      self->sink_ = {};
    });
  }

 private:
  template <class Work>
  void Post(Work work) {
    jobs_.PostShort([self = shared_from_this(), work] {
      if (self->gone_) return;
      try {
        work();
      } catch (const std::exception&) {
        self->Leave();
      }
    });
  }
  void Send(std::string bytes) {
    if (!bytes.empty() && !sink_.write(std::move(bytes))) Leave();
  }
  void Leave() {
    gone_ = true;
    jobs_.Cancel(id_);
  }

  Jobs& jobs_;
  Encoder encoder_;
  ByteSink sink_;
  std::string id_;
  bool gone_ = false;  // nobody listens any more
};

}  // namespace

std::string ContentType(const SoundFormat& format, const ModelInfo& info) {
  std::string type = KindOf(format.name).content_type;
  if (format.name == "pcm") {
    const int64_t rate_hz = format.sample_rate_hz > 0 ? format.sample_rate_hz : info.sample_rate_hz;
    const int64_t channels = format.channels > 0 ? format.channels : info.audio_channels;
    type += ";rate=" + std::to_string(rate_hz) + ";channels=" + std::to_string(channels);
  }
  return type;
}

std::shared_ptr<JobWatcher> StreamSound(Jobs& jobs, const SoundFormat& format,
                                        const ModelInfo& info, const GenerationRequest& request,
                                        ByteSink sink) {
  return std::make_shared<SoundStream>(jobs, format, info, request, std::move(sink));
}

}  // namespace musicgen::serve
