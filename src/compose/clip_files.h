// Rendered clips as training reads them: a folder of sound files, what is said about each in a JSON
// file beside it, and a manifest, all as AudioCraft's.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace musicgen::compose {

// Empty texts are written as such.
struct ClipText {
  std::string title, artist, key, genre, description, name, instrument;
  std::vector<std::string> moods, keywords;
  int bpm = 0;
  // For who judges what a model makes of the description: what it says in numbers, and what it says
  // where one of these is wrong. Left out where empty.
  std::vector<std::pair<std::string, int>> attributes;
  std::vector<std::pair<std::string, std::string>> wrong_descriptions;
};

class ClipFolder {
 public:
  // Makes the folder where there is none. Throws Error(kFailure).
  explicit ClipFolder(const std::string& folder);

  // Writes 00000.wav (32 kHz, 16 bits, mono) and 00000.json, then 00001 and so on. Throws
  // Error(kFailure).
  void Add(const std::vector<float>& sound, const ClipText& text);
  // Writes data.jsonl, whose paths are absolute. Throws Error(kFailure).
  void Finish();

 private:
  std::string folder_;
  int count_ = 0;
  std::string manifest_;
};

}  // namespace musicgen::compose
