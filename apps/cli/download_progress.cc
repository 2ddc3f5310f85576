#include "cli/download_progress.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <string>

#include "common/platform.h"

namespace musicgen::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kLineInterval(5000);

std::string Size(uint64_t bytes) {
  const auto number = static_cast<double>(bytes);
  char text[32];
  if (number >= 1e8) {
    std::snprintf(text, sizeof text, "%.2f GB", number / 1e9);
  } else {
    std::snprintf(text, sizeof text, "%.1f MB", number / 1e6);
  }
  return text;
}

// As licences are written: model cards have them in small letters.
std::string Licence(std::string name) {
  if (name == "unknown" || name == "other") return name;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

DownloadDisplay::DownloadDisplay() : terminal_(common::IsTerminal(stderr)) {}
DownloadDisplay::~DownloadDisplay() { Finish(); }

void DownloadDisplay::Update(const DownloadProgress& progress) {
  Announce(progress);
  const Clock::time_point now = Clock::now();
  const bool begun = !progress.repositories.empty();
  if (begun ? progress.bytes_done == progress.bytes_total : progress.waiting_s == 0) return;
  if (!terminal_ && now - drawn_time_ < kLineInterval) return;
  const double seconds = std::chrono::duration<double>(now - first_time_).count();
  const double bytes = progress.bytes_done > first_bytes_
                           ? static_cast<double>(progress.bytes_done - first_bytes_)
                           : 0;
  drawn_time_ = now;
  Draw(progress, seconds > 0.5 ? bytes / seconds : 0);
  drawn_ = true;
}

void DownloadDisplay::Announce(const DownloadProgress& progress) {
  for (const DownloadedRepository& repository : progress.repositories) {
    if (!announced_.insert(repository.id).second) continue;
    std::fprintf(stderr, "%s: %s in %zu files, licence %s\n", repository.id.c_str(),
                 Size(repository.bytes).c_str(), repository.files,
                 Licence(repository.licence).c_str());
    first_time_ = drawn_time_ = Clock::now();
    first_bytes_ = progress.bytes_done;
  }
}

void DownloadDisplay::Draw(const DownloadProgress& progress, double bytes_per_s) const {
  const double done = progress.bytes_total == 0 ? 0.0
                                                : static_cast<double>(progress.bytes_done) /
                                                      static_cast<double>(progress.bytes_total);
  std::string text = Size(progress.bytes_done) + " of " + Size(progress.bytes_total);
  if (progress.waiting_s > 0) {
    text += ", the hub asks to wait " + std::to_string(progress.waiting_s) + " s";
  } else if (bytes_per_s > 0) {
    const long left =
        std::lround(static_cast<double>(progress.bytes_total - progress.bytes_done) / bytes_per_s);
    char speed[64];
    std::snprintf(speed, sizeof speed, ", %.1f MB/s, %ld:%02ld left", bytes_per_s / 1e6, left / 60,
                  left % 60);
    text += speed;
  }
  if (!terminal_) {
    std::fprintf(stderr, "%3.0f %%  %s\n", 100 * done, text.c_str());
    return;
  }
  std::string bar(static_cast<size_t>(std::lround(done * kBarWidth)), '=');
  bar.resize(kBarWidth, ' ');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %s\x1b[K", bar.c_str(), 100 * done, text.c_str());
  std::fflush(stderr);
}

void DownloadDisplay::Finish() {
  if (drawn_ && terminal_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace musicgen::cli
