#include "cli/progress.h"

#include <cmath>
#include <cstdio>
#include <string>

#include "common/platform.h"

namespace musicgen::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kBarInterval(100);
constexpr std::chrono::milliseconds kLineInterval(5000);

std::string TimeLeft(double seconds) {
  const long whole = std::lround(seconds);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld left", whole / 60, whole % 60);
  return text;
}

}  // namespace

Progress::Progress(bool enabled) : enabled_(enabled), terminal_(common::IsTerminal(stderr)) {}

void Progress::Update(const GenerationProgress& progress) {
  const Clock::time_point now = Clock::now();
  if (!first_) {
    first_ = progress;
    first_time_ = drawn_time_ = now;
  }
  last_ = progress;
  last_time_ = now;
  if (!enabled_ || now - drawn_time_ < (terminal_ ? kBarInterval : kLineInterval)) return;
  drawn_time_ = now;
  Draw(progress);
}

void Progress::Draw(const GenerationProgress& progress) const {
  const double done = progress.steps_total > 0 ? static_cast<double>(progress.steps_done) /
                                                     static_cast<double>(progress.steps_total)
                                               : 1.0;
  const double rate = steps_per_s().value_or(0.0);
  const auto left = static_cast<double>(progress.steps_total - progress.steps_done);
  const std::string time_left = rate > 0 ? TimeLeft(left / rate) : "";
  if (!terminal_) {
    std::fprintf(stderr, "%3.0f %%  %.1f steps/s  %s\n", 100 * done, rate, time_left.c_str());
    return;
  }
  std::string bar(static_cast<size_t>(std::lround(done * kBarWidth)), '=');
  bar.resize(kBarWidth, ' ');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %.1f steps/s  %s\x1b[K", bar.c_str(), 100 * done, rate,
               time_left.c_str());
  std::fflush(stderr);
}

void Progress::Finish() {
  if (enabled_ && terminal_) std::fputs("\r\x1b[K", stderr);
}

std::optional<double> Progress::steps_per_s() const {
  if (!first_ || last_.steps_done <= first_->steps_done) return std::nullopt;
  const double seconds = std::chrono::duration<double>(last_time_ - first_time_).count();
  if (!(seconds > 0)) return std::nullopt;
  return static_cast<double>(last_.steps_done - first_->steps_done) / seconds;
}

}  // namespace musicgen::cli
