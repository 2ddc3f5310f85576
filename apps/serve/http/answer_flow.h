// What an exchange and its connection both know of an answer on its way.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>

namespace musicgen::serve {

// Thread-safe.
class AnswerFlow {
 public:
  explicit AnswerFlow(size_t most_unsent_bytes) : most_unsent_bytes_(most_unsent_bytes) {}

  enum class Room { kYes, kTooMuch, kGone };
  Room Add(size_t bytes);  // of a piece on its way
  void Taken(size_t bytes);

  // The client has gone: calls what waits for it.
  void Go();
  // The answer is complete, if unsent; nobody waits for the client to go any more.
  void End();
  bool ended();
  // False: the client has gone already.
  bool WhenGone(std::function<void()> callback);

 private:
  std::mutex mutex_;
  const size_t most_unsent_bytes_;
  size_t unsent_bytes_ = 0;
  bool gone_ = false, ended_ = false;
  std::function<void()> callback_;
};

}  // namespace musicgen::serve
