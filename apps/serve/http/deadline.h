// A timer of one connection. Boost.Beast's own, in tcp_stream, had faults in 1.81.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace musicgen::serve {

// On the server's thread.
class Deadline {
 public:
  explicit Deadline(boost::asio::io_context& io) : timer_(io) {}

  // Instead of what was set before. `passed` keeps alive whom this belongs to.
  void Set(double seconds, std::function<void()> passed) {
    const uint64_t turn = ++turn_;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(seconds)));
    timer_.async_wait([this, turn, passed = std::move(passed)](boost::system::error_code) {
      if (turn == turn_) passed();
    });
  }

  void Clear() {
    ++turn_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  uint64_t turn_ = 0;
};

}  // namespace musicgen::serve
