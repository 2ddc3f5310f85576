// The sound of jobs whose codes are being made, for whoever listens.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "generate/audio_stream.h"
#include "musicgen/musicgen.hpp"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::generate {

// Decodes on a thread of its own beside the language model, or, where it is lent a team, in turns
// with it on that team: a third thread on two processors would take one from a team that waits for
// its slowest member at every barrier (docs/decisions.md has the figures). Either way the callback
// runs on the caller's thread, inside Push, Deliver or Finish, and gets each job's sound in order.
// What the callback throws passes through, what decoding throws comes out of the next call.
class AudioDecoder {
 public:
  // `team` null: an own thread. Codec and team must outlive it.
  AudioDecoder(const codec::Codec& codec, int64_t channels, size_t jobs, ThreadPool* team,
               AudioCallback callback);
  // Waits for the piece at hand; what is queued is dropped.
  ~AudioDecoder();
  AudioDecoder(const AudioDecoder&) = delete;
  AudioDecoder& operator=(const AudioDecoder&) = delete;

  // These return false once the callback has; then nothing is called any more.

  // The next frames of a job; `last` completes it. Waits while too many are queued.
  bool Push(size_t job, const Codes& frames, bool last);
  // Hands over the sound that is ready.
  bool Deliver();
  // Hands over all the sound of what was pushed.
  bool Finish();

 private:
  struct Piece {
    size_t job;
    Codes codes;
    bool last;
  };
  struct Sound {
    size_t job;
    Waveform waveform;
  };
  bool Take(Piece piece);
  bool Hand(const Sound& sound);
  void ThreadLoop();

  std::vector<AudioStream> streams_;
  ThreadPool* const team_;
  const AudioCallback callback_;
  bool stopped_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::deque<Sound> ready_;
  std::exception_ptr failure_;
  bool busy_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace musicgen::generate
