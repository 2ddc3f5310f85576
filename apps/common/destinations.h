// Where the results of one command go. Everything that can be wrong with a destination is found
// before the work starts, so that no long run is lost to a misspelt folder.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace musicgen::common {

class Destinations {
 public:
  // Checks that a file can be made of `path`, and that no other result and no input goes by it;
  // `flag` names it in a message. "-" is stdout. Throws Error(kBadInput).
  void Add(const std::string& flag, const std::string& path);
  // The input of a command whose results must not take its place.
  void Keep(const std::string& flag, const std::string& path);
  // That stdout is taken by something else, say the JSON of --json.
  void TakeStdout(const std::string& flag);

 private:
  void Claim(const std::string& flag, const std::string& path);

  std::map<std::string, std::string> flags_;  // by the file's name without links
};

// Throws Error(kBadInput) when the name's suffix promises another kind of file than the one that is
// written: `kind` with `suffix`, say "PNG" with ".png". No suffix promises nothing.
void CheckSuffix(const std::string& flag, const std::string& path, const std::string& kind,
                 const std::string& suffix);

// Calls `write` with the path, for "-" that of stdout, after making the folders that are missing on
// the way; they go away again when it throws.
void WriteTo(const std::string& path, const std::function<void(const std::string& path)>& write);

}  // namespace musicgen::common
