#include "serve/http/answer_flow.h"

#include <algorithm>
#include <utility>

namespace musicgen::serve {

AnswerFlow::Room AnswerFlow::Add(size_t bytes) {
  std::lock_guard lock(mutex_);
  if (gone_ || ended_) return Room::kGone;
  if (unsent_bytes_ + bytes > most_unsent_bytes_) return Room::kTooMuch;
  unsent_bytes_ += bytes;
  return Room::kYes;
}

void AnswerFlow::Taken(size_t bytes) {
  std::lock_guard lock(mutex_);
  unsent_bytes_ -= std::min(unsent_bytes_, bytes);
}

// Callbacks may end an exchange, and so this flow's: they run and die outside the lock.
void AnswerFlow::Go() {
  std::function<void()> callback;
  {
    std::lock_guard lock(mutex_);
    if (gone_ || ended_) return;
    gone_ = true;
    callback = std::exchange(callback_, nullptr);
  }
  if (callback) callback();
}

void AnswerFlow::End() {
  std::function<void()> callback;
  std::lock_guard lock(mutex_);
  ended_ = true;
  callback = std::exchange(callback_, nullptr);
}

bool AnswerFlow::ended() {
  std::lock_guard lock(mutex_);
  return ended_;
}

bool AnswerFlow::WhenGone(std::function<void()> callback) {
  std::lock_guard lock(mutex_);
  if (gone_) return false;
  if (!ended_) callback_ = std::move(callback);
  return true;
}

}  // namespace musicgen::serve
