#include "codec/seanet_stream.h"

#include <algorithm>
#include <utility>

namespace musicgen::codec {

SeanetStream::SeanetStream(const Seanet& net) : net_(net) {
  for (const Seanet::Entry& entry : net.layers()) steps_.push_back({entry.layer->NewStream()});
  for (const Segment& segment : net.segments()) parts_.emplace_back().segment = segment;
}

void SeanetStream::Reset() {
  for (Step& step : steps_) step.stream->Reset();
  for (Part& part : parts_) part.waiting.clear();
}

SeanetStream::Output SeanetStream::Push(ThreadPool& pool, const float* x, int64_t frames,
                                        bool last) {
  results_.clear();
  Feed(pool, 0, x, frames, last, /*flush=*/true);
  return {results_.data(), static_cast<int64_t>(results_.size()) / net_.out_channels()};
}

void SeanetStream::Feed(ThreadPool& pool, size_t index, const float* x, int64_t frames, bool last,
                        bool flush) {
  if (index == parts_.size()) {
    results_.insert(results_.end(), x, x + frames * net_.out_channels());
    return;
  }
  Part& part = parts_[index];
  const int64_t width = net_.layers()[part.segment.begin].layer->in_channels();
  const int64_t held = static_cast<int64_t>(part.waiting.size()) / width;
  if (held > 0 || (!flush && frames < part.segment.frames)) {
    part.waiting.insert(part.waiting.end(), x, x + frames * width);
    if (!flush && held + frames < part.segment.frames) return;
    x = part.waiting.data();
    frames += held;
  }
  const int64_t pieces =
      std::max<int64_t>(1, (frames + part.segment.frames - 1) / part.segment.frames);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const int64_t begin = frames * piece / pieces;
    const int64_t end = frames * (piece + 1) / pieces;
    const bool newest = piece + 1 == pieces;
    const Output out = Run(pool, part, x + begin * width, end - begin, last && newest);
    Feed(pool, index + 1, out.values, out.frames, last && newest, flush && newest);
  }
  part.waiting.clear();
}

SeanetStream::Output SeanetStream::Run(ThreadPool& pool, Part& part, const float* x, int64_t frames,
                                       bool last) {
  const auto [begin, end, most] = part.segment;
  int64_t arriving = frames;
  for (size_t i = begin; i < end; ++i) {
    arriving = steps_[i].stream->Begin(arriving, last, &part.buffers[i % 2]);
    steps_[i].frames = arriving;
  }
  const float* result = nullptr;
  pool.Run([&, begin = begin, end = end](Worker& worker) {
    const float* in = x;
    for (size_t i = begin; i < end; ++i) {
      in = steps_[i].stream->Run(worker, in, part.buffers[i % 2].data());
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
