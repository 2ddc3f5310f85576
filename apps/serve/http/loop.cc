#include "serve/http/loop.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace musicgen::serve {

Loop::Loop() : io_(std::make_unique<boost::asio::io_context>(1)) {}

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
