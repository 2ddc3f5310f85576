#include "codec/seanet_stream.h"

namespace musicgen::codec {

SeanetStream::SeanetStream(const Seanet& net) : net_(net) {
  for (const Seanet::Entry& entry : net.layers()) steps_.push_back({entry.layer->NewStream()});
}

void SeanetStream::Reset() {
  for (Step& step : steps_) step.stream->Reset();
}

SeanetStream::Output SeanetStream::Push(ThreadPool& pool, const float* x, int64_t frames,
                                        bool last) {
  int64_t arriving = frames;
  for (size_t i = 0; i < steps_.size(); ++i) {
    arriving = steps_[i].stream->Begin(arriving, last, &buffers_[i % 2]);
    steps_[i].frames = arriving;
  }
  const float* result = nullptr;
  pool.Run([&](Worker& worker) {
    const float* in = x;
    for (size_t i = 0; i < steps_.size(); ++i) {
      in = steps_[i].stream->Run(worker, in, buffers_[i % 2].data());
      if (worker.index() == 0 && probe_) {
        probe_(net_.layers()[i].index, in, steps_[i].frames,
               net_.layers()[i].layer->out_channels());
      }
    }
    if (worker.index() == 0) result = in;
  });
  return {result, arriving};
}

}  // namespace musicgen::codec
