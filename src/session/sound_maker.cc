#include "session/sound_maker.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "codec/cpu_codec_backend.h"

namespace musicgen::session {
namespace {

using Clock = std::chrono::steady_clock;

// A long audio prompt comes at once: in pieces it can be stopped, and others are not held up.
constexpr int64_t kPieceFrames = 16;
// So far the language model may run ahead. More than any one audio prompt: others wait for none.
constexpr size_t kQueuedPieces = 4096;
// A piece that begins within it is made.
constexpr auto kTurn = std::chrono::milliseconds(10);
constexpr auto kWait = std::chrono::milliseconds(20);

}  // namespace

SoundMaker::SoundMaker(const codec::Codec& codec, int64_t channels, ThreadPool* team)
    : backend_(std::make_unique<codec::CpuCodecBackend>(codec, channels,
                                                        team != nullptr ? *team : alone_)),
      in_turns_(team != nullptr) {
  if (!in_turns_) thread_ = std::thread([this] { ThreadLoop(); });
}

SoundMaker::~SoundMaker() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SoundMaker::Open(Id id, bool live) {
  streams_[id] = std::make_shared<SoundStream>(backend_->NewStream(), live);
}

// Sound that somebody listens to goes before what is wanted whole.
void SoundMaker::Queue(Piece piece) {
  const auto place = piece.stream->live()
                         ? std::find_if(waiting_.begin(), waiting_.end(),
                                        [](const Piece& each) { return !each.stream->live(); })
                         : waiting_.end();
  waiting_.insert(place, std::move(piece));
}

void SoundMaker::Push(Id id, const Codes& frames, bool last) {
  const std::shared_ptr<SoundStream> stream = streams_.at(id);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    int64_t begin = 0;
    do {
      const int64_t end = std::min(begin + kPieceFrames, frames.frames);
      Queue({id, stream, frames.Columns(begin, end), last && end == frames.frames, shared_});
      begin = end;
    } while (begin < frames.frames);
  }
  changed_.notify_all();
}

bool SoundMaker::SetShared(bool shared) {
  if (shared == shared_) return false;
  shared_ = shared;
  bool any = false;
  for (const auto& [id, stream] : streams_) {
    if (!shared || !stream->live()) continue;
    Push(id, Codes(), /*last=*/false);
    any = true;
  }
  return any;
}

void SoundMaker::Close(Id id) {
  streams_.erase(id);
  std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(waiting_, [&](const Piece& piece) { return piece.id == id; });
  std::erase_if(ready_, [&](const Made& made) { return made.id == id; });
}

SoundMaker::Made SoundMaker::Make(const Piece& piece) {
  Made made{piece.id, {}, piece.last, {}};
  try {
    made.sound = piece.stream->Push(piece.codes, piece.last, piece.shared);
  } catch (const std::exception&) {
    made.error = CurrentError("decoding sound");
  }
  return made;
}

void SoundMaker::MakeForATurn() {
  const Clock::time_point start = Clock::now();
  while (!waiting_.empty() && Clock::now() - start < kTurn) {
    const Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    ready_.push_back(Make(piece));
  }
}

std::vector<SoundMaker::Made> SoundMaker::Take() {
  std::vector<Made> ready;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ready.swap(ready_);
  }
  std::vector<Made> made;
  for (Made& each : ready) {
    // Of what was closed or has failed nothing counts; frames that were gathered are no sound yet.
    if (!streams_.contains(each.id)) continue;
    if (each.sound.samples == 0 && !each.last && !each.error) continue;
    if (each.error) streams_.erase(each.id);
    made.push_back(std::move(each));
  }
  return made;
}

std::vector<SoundMaker::Made> SoundMaker::WaitAndTake() {
  if (in_turns_) {
    MakeForATurn();
  } else {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, kWait, [&] { return !ready_.empty(); });
  }
  return Take();
}

bool SoundMaker::busy() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return !waiting_.empty() || !ready_.empty() || at_hand_.has_value();
}

bool SoundMaker::full() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return waiting_.size() > kQueuedPieces;
}

void SoundMaker::ThreadLoop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    at_hand_ = piece.id;
    lock.unlock();
    Made made = Make(piece);
    piece.stream.reset();
    lock.lock();
    at_hand_.reset();
    ready_.push_back(std::move(made));
    changed_.notify_all();
  }
}

}  // namespace musicgen::session
