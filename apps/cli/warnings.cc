#include "cli/warnings.h"

#include <cstdio>

namespace musicgen::cli {

void PrintWarnings(const std::vector<std::string>& warnings) {
  for (std::string sentence : warnings) {
    for (char& c : sentence) {
      if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    }
    std::fprintf(stderr, "musicgen: warning: %s\n", sentence.c_str());
  }
}

}  // namespace musicgen::cli
