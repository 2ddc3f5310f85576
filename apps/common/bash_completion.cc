#include "common/program_text.h"

namespace musicgen::common {
namespace {

void Add(std::string& list, const std::string& word) {
  if (!word.empty()) list += (list.empty() ? "" : " ") + word;
}

// "--seed|-s", as a case of the shell takes it.
std::string Names(const OptionText& option) {
  return option.letter.empty() ? option.name : option.name + "|" + option.letter;
}

std::string OptionsOf(const CommandText& command) {
  std::string names;
  for (const OptionText& option : command.options) {
    Add(names, option.letter);
    Add(names, option.name);
  }
  return names;
}

std::string WordsOf(const OptionText& option) {
  std::string words;
  for (const std::string& word : option.words) Add(words, word);
  return words;
}

// What follows an option that takes a value. `function` begins the names of the script's own.
std::string ValuesOf(const CommandText& command, const std::string& function) {
  std::string cases;
  for (const OptionText& option : command.options) {
    if (!option.takes_value() || option.name.empty()) continue;
    cases += "        " + Names(option) + ") ";
    if (!option.words.empty()) {
      cases += "COMPREPLY=($(compgen -W '" + WordsOf(option) + "' -- \"$word\"));";
    } else if (option.takes_path()) {
      cases += function + "_files;";
    }
    cases += " return;;\n";
  }
  return cases;
}

std::string Positional(const CommandText& command, const std::string& function) {
  for (const OptionText& option : command.options) {
    if (option.positional.empty()) continue;
    if (!option.words.empty()) {
      return "      COMPREPLY=($(compgen -W '" + WordsOf(option) + "' -- \"$word\"))\n";
    }
    if (option.takes_path()) return "      " + function + "_files\n";
  }
  return "";
}

std::string Case(const CommandText& command, const std::string& function) {
  return "    " + command.name + ")\n      case $before in\n" + ValuesOf(command, function) +
         "      esac\n      if [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W '" +
         OptionsOf(command) + "' -- \"$word\"))\n        return\n      fi\n" +
         Positional(command, function) + "      ;;\n";
}

}  // namespace

std::string BashCompletion(const ProgramText& program) {
  const std::string function = "_" + program.name;
  std::string names = "--help --version", cases;
  for (const CommandText& command : program.commands) {
    Add(names, command.name);
    cases += Case(command, function);
  }
  // The shell splits --precision=f16 at the sign.
  return "# bash completion of " + program.name + "\n\n" + function + R"(_files() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}

)" + function +
         R"(() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ')" +
         names + R"(' -- "$word"))
    return
  fi
  if [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $word == = ]]; then
    word=
  fi
  case ${COMP_WORDS[1]} in
)" + cases +
         R"(  esac
}

complete -F )" +
         function + " " + program.name + "\n";
}

}  // namespace musicgen::common
