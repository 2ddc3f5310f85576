// How fast the running jobs go, for what is said to those who are to come again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace musicgen::serve {

class Pace {
 public:
  // The running streams have gone one step since the call before.
  void Step() {
    const auto now = std::chrono::steady_clock::now();
    if (working_) {
      const double seconds = std::chrono::duration<double>(now - last_).count();
      constexpr double kShare = 0.05;
      step_s_ = step_s_ == 0 ? seconds : step_s_ + kShare * (seconds - step_s_);
    }
    working_ = true;
    last_ = now;
  }
  // Nothing runs.
  void Rest() { working_ = false; }

  // Seconds until so many steps of one stream are made; nothing known: none.
  std::optional<double> SecondsFor(int64_t steps) const {
    if (step_s_ == 0) return std::nullopt;
    return step_s_ * static_cast<double>(steps);
  }

 private:
  std::chrono::steady_clock::time_point last_;
  bool working_ = false;
  double step_s_ = 0;
};

}  // namespace musicgen::serve
