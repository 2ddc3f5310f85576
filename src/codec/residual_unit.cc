#include "codec/residual_unit.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace musicgen::codec {

ResidualUnit::ResidualUnit(nn::Conv1d narrow, nn::Conv1d widen, std::optional<nn::Conv1d> shortcut)
    : narrow_(std::move(narrow)), widen_(std::move(widen)), shortcut_(std::move(shortcut)) {
  MG_CHECK_EQ(narrow_.in_channels(), widen_.out_channels());
}

std::unique_ptr<nn::LayerStream> ResidualUnit::NewStream() const {
  return std::make_unique<ResidualUnitStream>(*this);
}

size_t ResidualUnit::bytes() const {
  return narrow_.bytes() + widen_.bytes() + (shortcut_ ? shortcut_->bytes() : 0);
}

ResidualUnitStream::ResidualUnitStream(const ResidualUnit& unit)
    : channels_(unit.in_channels()), narrow_(unit.narrow_), widen_(unit.widen_) {
  if (unit.shortcut_) shortcut_.emplace(*unit.shortcut_);
}

void ResidualUnitStream::Reset() {
  narrow_.Reset();
  widen_.Reset();
  if (shortcut_) shortcut_->Reset();
  waiting_frames_ = next_waiting_frames_ = 0;
}

int64_t ResidualUnitStream::Begin(int64_t frames, bool last, nn::FloatBuffer* out) {
  std::swap(waiting_, next_waiting_);
  waiting_frames_ = next_waiting_frames_;
  outputs_ = widen_.Begin(narrow_.Begin(frames, last, &hidden_), last, out);
  if (shortcut_) shortcut_->Begin(frames, last, &skip_);
  next_waiting_frames_ = waiting_frames_ + frames - outputs_;
  next_waiting_.Reserve(next_waiting_frames_ * channels_);
  return outputs_;
}

// Frames of the skip, counted from the first one waiting.
void ResidualUnitStream::CopySkip(const float* skip, Range frames, float* to) const {
  const auto copy = [&](const float* from, int64_t begin, int64_t end) {
    if (begin >= end) return;
    std::memcpy(to, from + begin * channels_,
                static_cast<size_t>((end - begin) * channels_) * sizeof(float));
    to += (end - begin) * channels_;
  };
  copy(waiting_.data(), frames.begin, std::min(frames.end, waiting_frames_));
  copy(skip, std::max<int64_t>(0, frames.begin - waiting_frames_), frames.end - waiting_frames_);
}

const float* ResidualUnitStream::Run(Worker& worker, const float* x, float* y) {
  const float* const hidden = narrow_.Run(worker, x, hidden_.data());
  const float* const skip = shortcut_ ? shortcut_->Run(worker, x, skip_.data()) : x;
  const Range share = worker.Split(outputs_);
  CopySkip(skip, share, y + share.begin * channels_);
  if (worker.index() == 0) {
    CopySkip(skip, {outputs_, outputs_ + next_waiting_frames_}, next_waiting_.data());
  }
  widen_.RunOnto(worker, hidden, y);
  return y;
}

}  // namespace musicgen::codec
