#include "cli/download_progress.h"

#include <cctype>
#include <cstdio>
#include <string>

namespace musicgen::cli {
namespace {

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

void DownloadDisplay::Update(const DownloadProgress& progress) {
  Announce(progress);
  const bool begun = !progress.repositories.empty();
  if (begun ? progress.bytes_done == progress.bytes_total : progress.waiting_s == 0) return;
  if (!line_.due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - first_time_).count();
  const double bytes = progress.bytes_done > first_bytes_
                           ? static_cast<double>(progress.bytes_done - first_bytes_)
                           : 0;
  Draw(progress, seconds > 0.5 ? bytes / seconds : 0);
}

void DownloadDisplay::Announce(const DownloadProgress& progress) {
  for (const DownloadedRepository& repository : progress.repositories) {
    if (!announced_.insert(repository.id).second) continue;
    std::fprintf(stderr, "%s: %s in %zu files, licence %s\n", repository.id.c_str(),
                 Size(repository.bytes).c_str(), repository.files,
                 Licence(repository.licence).c_str());
    first_time_ = Clock::now();
    line_.Restart();
    first_bytes_ = progress.bytes_done;
  }
}

void DownloadDisplay::Draw(const DownloadProgress& progress, double bytes_per_s) {
  const double done = progress.bytes_total == 0 ? 0.0
                                                : static_cast<double>(progress.bytes_done) /
                                                      static_cast<double>(progress.bytes_total);
  std::string text = Size(progress.bytes_done) + " of " + Size(progress.bytes_total);
  if (progress.waiting_s > 0) {
    text += ", the hub asks to wait " + std::to_string(progress.waiting_s) + " s";
  } else if (bytes_per_s > 0) {
    const auto left = static_cast<double>(progress.bytes_total - progress.bytes_done);
    char speed[64];
    std::snprintf(speed, sizeof speed, ", %.1f MB/s, ", bytes_per_s / 1e6);
    text += speed + TimeLeft(left / bytes_per_s);
  }
  line_.Show(done, text);
}

}  // namespace musicgen::cli
