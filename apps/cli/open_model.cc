#include "cli/open_model.h"

#include <cstdio>

#include "cli/fetch_model.h"

namespace musicgen::cli {

Model OpenModel(const ModelFlags& flags) {
  Model model(Fetch(flags));
  PrintWarnings(model.info().warnings);
  return model;
}

void PrintWarnings(const std::vector<std::string>& warnings) {
  for (std::string sentence : warnings) {
    for (char& c : sentence) {
      if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    }
    std::fprintf(stderr, "musicgen: warning: %s\n", sentence.c_str());
  }
}

}  // namespace musicgen::cli
