// The sound of requests whose codes are being made.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/thread_pool.h"
#include "codec/codec.h"
#include "session/sound_stream.h"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::session {

// Decodes on a thread of its own beside the language model, or, where it is lent a team, in turns
// with it on that team: a third thread on two processors would take one from a team that waits for
// its slowest member at every barrier (docs/decisions.md has the figures). One owner calls it.
class SoundMaker {
 public:
  using Id = uint64_t;

  struct Made {
    Id id = 0;
    Waveform sound;     // the next samples of this id, at least one unless `last` or failed
    bool last = false;  // all of it has come
    std::optional<Error> error;  // decoding failed; nothing more comes
  };

  // `team` null: an own thread. Codec and team must outlive it.
  SoundMaker(const codec::Codec& codec, int64_t channels, ThreadPool* team);
  // Waits for the piece at hand; what is queued is dropped.
  ~SoundMaker();
  SoundMaker(const SoundMaker&) = delete;
  SoundMaker& operator=(const SoundMaker&) = delete;

  // See SoundStream. Throws Error(kOutOfMemory).
  void Open(Id id, bool live);
  // The next frames; `last` completes them.
  void Push(Id id, const Codes& frames, bool last);
  // Whether others are at work beside, from now on: see SoundStream. True where pieces are queued
  // of what listeners had gathered, which should be made before that work.
  bool SetShared(bool shared);
  // Drops what is queued and will be made of this id; it may be unknown.
  void Close(Id id);

  // Whether sound is made by MakeForATurn() alone.
  bool in_turns() const { return in_turns_; }
  // Makes sound for about 35 ms at the most.
  void MakeForATurn();
  // What was made since the last call.
  std::vector<Made> Take();
  // As Take, but first makes something or waits until there is something, for at most 20 ms.
  std::vector<Made> WaitAndTake();
  // Whether pieces are queued or being made.
  bool busy() const;
  // Whether so many are queued that the language model should wait.
  bool full() const;

 private:
  struct Piece {
    Id id;
    std::shared_ptr<SoundStream> stream;
    Codes codes;
    bool last;
    bool shared;
  };
  void Queue(Piece piece);
  static Made Make(const Piece& piece);
  void ThreadLoop();

  ThreadPool alone_{1};  // of the own thread
  std::unique_ptr<codec::CodecBackend> backend_;
  const bool in_turns_;
  bool shared_ = false;
  std::map<Id, std::shared_ptr<SoundStream>> streams_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::vector<Made> ready_;
  std::optional<Id> at_hand_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace musicgen::session
