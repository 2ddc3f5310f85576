#include "cli/status_line.h"

#include <cmath>
#include <cstdio>

#include "common/platform.h"

namespace musicgen::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kBarInterval(100);
constexpr std::chrono::milliseconds kLineInterval(5000);

}  // namespace

std::string TimeLeft(double seconds) {
  const long whole = std::lround(seconds);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld left", whole / 60, whole % 60);
  return text;
}

StatusLine::StatusLine(bool enabled) : enabled_(enabled), terminal_(common::IsTerminal(stderr)) {}

bool StatusLine::due() const {
  return enabled_ && Clock::now() - shown_time_ >= (terminal_ ? kBarInterval : kLineInterval);
}

void StatusLine::Show(double done, const std::string& text) {
  if (!enabled_) return;
  Restart();
  if (!terminal_) {
    std::fprintf(stderr, "%3.0f %%  %s\n", 100 * done, text.c_str());
    return;
  }
  std::string bar(static_cast<size_t>(std::lround(done * kBarWidth)), '=');
  bar.resize(kBarWidth, ' ');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %s\x1b[K", bar.c_str(), 100 * done, text.c_str());
  std::fflush(stderr);
  has_bar_ = true;
}

void StatusLine::Finish() {
  if (has_bar_) std::fputs("\r\x1b[K", stderr);
  has_bar_ = false;
}

}  // namespace musicgen::cli
