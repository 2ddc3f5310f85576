// What a command line says of itself, for manuals and completions.
#pragma once

#include <string>
#include <vector>

namespace musicgen::common {

struct OptionText {
  std::string name;        // "--seed"; empty: has none
  std::string letter;      // "-s", or empty
  std::string positional;  // "prompt": may stand without its name; or empty
  std::string type;        // "FILE", "N", "auto|f32"; empty: a switch
  std::string help;
  std::string default_value;       // or empty
  std::string environment;         // "MUSICGEN_SEED", or empty
  std::vector<std::string> words;  // the values to choose from, or none
  bool required = false;

  bool takes_value() const { return !type.empty(); }
  bool takes_path() const {
    return type == "MODEL" || type.find("DIR") != std::string::npos ||
           type.find("FILE") != std::string::npos;
  }
};

struct CommandText {
  std::string name, about;
  std::vector<OptionText> options;
};

struct ProgramText {
  std::string name, about, version;
  std::vector<CommandText> commands;
};

// The manual page, in man(7)'s macros.
std::string ManualPage(const ProgramText& program);

// Scripts for a shell: subcommands, their options, the words or files these take.
std::string BashCompletion(const ProgramText& program);
std::string ZshCompletion(const ProgramText& program);
std::string FishCompletion(const ProgramText& program);

}  // namespace musicgen::common
