#include "generate/audio_decoder.h"

#include <algorithm>
#include <utility>

namespace musicgen::generate {
namespace {

// A long audio prompt comes at once: in pieces it can be stopped.
constexpr int64_t kPieceFrames = 64;
// So far the language model may run ahead.
constexpr size_t kQueuedPieces = 64;

Codes Cut(const Codes& codes, int64_t begin, int64_t end) {
  Codes piece(codes.codebooks, end - begin);
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    for (int64_t t = begin; t < end; ++t) piece.at(k, t - begin) = codes.at(k, t);
  }
  return piece;
}

}  // namespace

AudioDecoder::AudioDecoder(const codec::Codec& codec, int64_t channels, size_t jobs,
                           ThreadPool* team, AudioCallback callback)
    : team_(team), callback_(std::move(callback)) {
  for (size_t i = 0; i < jobs; ++i) streams_.emplace_back(codec, channels);
  if (team_ == nullptr) thread_ = std::thread([this] { ThreadLoop(); });
}

AudioDecoder::~AudioDecoder() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool AudioDecoder::Push(size_t job, const Codes& frames, bool last) {
  int64_t begin = 0;
  do {
    const int64_t end = std::min(begin + kPieceFrames, frames.frames);
    if (!Take({job, Cut(frames, begin, end), last && end == frames.frames})) return false;
    begin = end;
  } while (begin < frames.frames);
  return Deliver();
}

bool AudioDecoder::Take(Piece piece) {
  if (stopped_) return false;
  if (team_ != nullptr) {
    return Hand({piece.job, streams_[piece.job].Push(*team_, piece.codes, piece.last)});
  }
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.size() < kQueuedPieces || failure_ != nullptr; });
  waiting_.push_back(std::move(piece));
  lock.unlock();
  changed_.notify_all();
  return true;
}

bool AudioDecoder::Hand(const Sound& sound) {
  if (!stopped_ && sound.waveform.samples > 0) stopped_ = !callback_(sound.job, sound.waveform);
  return !stopped_;
}

bool AudioDecoder::Deliver() {
  if (stopped_) return false;
  std::deque<Sound> ready;
  std::exception_ptr failure;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ready.swap(ready_);
    failure = failure_;
  }
  for (const Sound& sound : ready) {
    if (!Hand(sound)) return false;
  }
  if (failure != nullptr) std::rethrow_exception(failure);
  return true;
}

bool AudioDecoder::Finish() {
  for (bool idle = false; !idle;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto done = [&] { return (waiting_.empty() && !busy_) || failure_ != nullptr; };
      changed_.wait(lock, [&] { return done() || !ready_.empty(); });
      idle = done();
    }
    if (!Deliver()) return false;
  }
  return true;
}

void AudioDecoder::ThreadLoop() {
  ThreadPool alone(1);
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    const Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    Sound sound{piece.job, {}};
    std::exception_ptr failure;
    try {
      sound.waveform = streams_[piece.job].Push(alone, piece.codes, piece.last);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    busy_ = false;
    if (failure != nullptr) {
      failure_ = failure;
      waiting_.clear();
    } else if (sound.waveform.samples > 0) {
      ready_.push_back(std::move(sound));
    }
    changed_.notify_all();
    if (failure_ != nullptr) return;
  }
}

}  // namespace musicgen::generate
