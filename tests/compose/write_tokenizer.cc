// Writes the tokenizer into a folder, then the engine's ids of each line of stdin to stdout.
#include <iostream>
#include <string>

#include "checkpoint/side_files.h"
#include "compose/tokenizer_files.h"
#include "text/tokenizer.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  musicgen::compose::WriteTokenizerFiles(argv[1]);
  const auto tokenizer =
      musicgen::text::Tokenizer::Load(*musicgen::checkpoint::FilesOfDirectory(argv[1]));
  for (std::string line; std::getline(std::cin, line);) {
    for (const int32_t id : tokenizer.Encode(line)) std::cout << id << ' ';
    std::cout << '\n';
  }
}
