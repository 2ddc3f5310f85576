#include "train/data/sound_files.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "audio/read.h"
#include "base/error.h"

namespace musicgen::train {
namespace {

namespace fs = std::filesystem;

// m4a is on AudioCraft's list too; it is read where FFmpeg's libraries are.
constexpr const char* kEndings[] = {".wav",  ".mp3", ".flac", ".ogg",
                                    ".opus", ".aif", ".aiff", ".m4a"};

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

float Amplitude(const Waveform& wave) {
  float most = 0;
  for (const float sample : wave.values) most = std::max(most, std::abs(sample));
  return most;
}

ManifestEntry Examine(const std::string& path, bool amplitude) {
  ManifestEntry entry;
  entry.path = path;
  const audio::SoundInfo info = audio::ReadSoundInfo(path);
  entry.sample_rate_hz = info.sample_rate_hz;
  entry.duration_s = static_cast<double>(info.samples) / static_cast<double>(info.sample_rate_hz);
  if (amplitude) entry.amplitude = Amplitude(audio::ReadAudio(path));
  return entry;
}

}  // namespace

std::vector<std::string> FindSounds(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    ThrowBadInput(Printable(folder, 300), ": expected a folder, found ",
                  fs::exists(folder, error) ? "a file" : "nothing");
  }
  std::vector<std::string> paths;
  const auto options = fs::directory_options::follow_directory_symlink |
                       fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, error), end; at != end && !error;
       at.increment(error)) {
    const std::string ending = Lower(at->path().extension().string());
    const bool sound =
        std::find(std::begin(kEndings), std::end(kEndings), ending) != std::end(kEndings);
    std::error_code ignored;
    if (sound && at->is_regular_file(ignored)) paths.push_back(at->path().string());
  }
  if (error) ThrowBadInput(Printable(folder, 300), ": cannot be walked: ", error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<ManifestEntry> ScanFolder(const std::string& folder, bool amplitude,
                                      const std::function<void(const std::string&)>& unreadable) {
  std::vector<ManifestEntry> entries;
  for (const std::string& path : FindSounds(folder)) {
    try {
      entries.push_back(Examine(path, amplitude));
    } catch (const Error& problem) {
      unreadable(problem.what());
    }
  }
  return entries;
}

}  // namespace musicgen::train
