#include "codec/cpu_codec_backend.h"

#include <algorithm>
#include <vector>

#include "codec/decoder_stream.h"

namespace musicgen::codec {
namespace {

class CpuCodecStream : public CodecStream {
 public:
  CpuCodecStream(const Codec& codec, int64_t channels, ThreadPool& pool)
      : sample_rate_hz_(codec.config.sample_rate_hz), pool_(pool) {
    for (int64_t c = 0; c < channels; ++c) sides_.emplace_back(codec, c, channels);
  }

  Waveform Push(const Codes& frames, bool last) override {
    std::vector<std::vector<float>> samples(sides_.size());
    for (size_t c = 0; c < sides_.size(); ++c) sides_[c].Push(pool_, frames, last, &samples[c]);
    Waveform out(sample_rate_hz_, static_cast<int64_t>(sides_.size()),
                 static_cast<int64_t>(samples[0].size()));
    for (size_t c = 0; c < sides_.size(); ++c) {
      std::copy(samples[c].begin(), samples[c].end(), out.channel(static_cast<int64_t>(c)));
    }
    return out;
  }

 private:
  const int64_t sample_rate_hz_;
  ThreadPool& pool_;
  std::vector<DecoderStream> sides_;
};

}  // namespace

std::unique_ptr<CodecStream> CpuCodecBackend::NewStream() {
  return std::make_unique<CpuCodecStream>(codec_, channels_, pool_);
}

}  // namespace musicgen::codec
