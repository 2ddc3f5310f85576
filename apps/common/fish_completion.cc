#include "common/program_text.h"

namespace musicgen::common {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string Words(const OptionText& option) {
  std::string words;
  for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
  return Quoted(words);
}

std::string Line(const std::string& start, const OptionText& option) {
  std::string line = start;
  if (!option.letter.empty()) line += " -s " + option.letter.substr(1);
  line += " -l " + option.name.substr(2);
  if (!option.words.empty()) {
    line += " -x -a " + Words(option);
  } else if (option.takes_path()) {
    line += " -r -F";
  } else if (option.takes_value()) {
    line += " -x";
  }
  return line + " -d " + Quoted(option.help) + "\n";
}

}  // namespace

std::string FishCompletion(const ProgramText& program) {
  const std::string complete = "complete -c " + program.name;
  std::string script = "# fish completion of " + program.name + "\n\n" + complete + " -f\n" +
                       complete + " -n __fish_use_subcommand -l version -d 'Print the version'\n" +
                       complete + " -n __fish_use_subcommand -s h -l help -d 'Print help'\n";
  for (const CommandText& command : program.commands) {
    script += complete + " -n __fish_use_subcommand -a " + command.name + " -d " +
              Quoted(command.about) + "\n";
  }
  for (const CommandText& command : program.commands) {
    const std::string start = complete + " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const OptionText& option : command.options) {
      if (!option.name.empty()) script += Line(start, option);
      if (!option.positional.empty() && option.takes_path()) script += start + " -F\n";
      if (!option.positional.empty() && !option.words.empty()) {
        script += start + " -a " + Words(option) + "\n";
      }
    }
  }
  return script;
}

}  // namespace musicgen::common
