#include "serve/http/loop.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace musicgen::serve {

// Told that one thread runs it, Boost.Asio would keep what that thread posts aside until its
// handler ends, and what others post meanwhile would come first: a piece of an answer before its
// head.
Loop::Loop() : io_(std::make_unique<boost::asio::io_context>()) {}

void Loop::Post(std::function<void()> work) {
  // Dropped work may hold the last hold on an exchange, whose end posts again: not under the lock.
  std::unique_lock lock(mutex_);
  if (!closed_) boost::asio::post(*io_, std::move(work));
}

void Loop::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  io_.reset();
}

}  // namespace musicgen::serve
