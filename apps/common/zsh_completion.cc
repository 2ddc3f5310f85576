#include "common/program_text.h"

namespace musicgen::common {
namespace {

// Text inside an _arguments description within single quotes.
std::string Quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += std::string("\\") + c;
    } else {
      out += c;
    }
  }
  return out;
}

// What completes a value: "(auto f32)", "_files", or nothing.
std::string Action(const OptionText& option) {
  if (option.words.empty()) return option.takes_path() ? "_files" : " ";
  std::string words;
  for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + Quoted(word);
  return "(" + words + ")";
}

std::string Named(const OptionText& option) {
  const std::string help = "[" + Quoted(option.help) + "]";
  const std::string value = ":" + Quoted(option.type) + ":" + Action(option);
  std::string lines;
  const auto add = [&](const std::string& name, const char* glue) {
    if (name.empty()) return;
    // Several texts may be given.
    const std::string many = option.type == "TEXT" ? "*" : "";
    lines += "        '" + many + name + (option.takes_value() ? glue : "") + help +
             (option.takes_value() ? value : "") + "' \\\n";
  };
  add(option.letter, "+");
  add(option.name, "=");
  return lines;
}

std::string Case(const CommandText& command) {
  std::string lines = "    " + command.name + ")\n      _arguments -s -S \\\n";
  for (const OptionText& option : command.options) lines += Named(option);
  for (const OptionText& option : command.options) {
    if (option.positional.empty()) continue;
    lines += "        '*:" + Quoted(option.positional) + ":" + Action(option) + "' \\\n";
  }
  return lines + "        && return\n      ;;\n";
}

}  // namespace

std::string ZshCompletion(const ProgramText& program) {
  std::string names, cases;
  for (const CommandText& command : program.commands) {
    names += "    '" + command.name + ":" + Quoted(command.about) + "'\n";
    cases += Case(command);
  }
  return "#compdef " + program.name + "\n\n_" + program.name + R"(() {
  local -a commands
  commands=(
)" + names +
         R"(  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments '--help[Print help]' '--version[Print the version]'
    return
  fi
  local command=${words[2]}
  shift words
  ((CURRENT--))
  case $command in
)" + cases +
         "  esac\n}\n\n_" + program.name + " \"$@\"\n";
}

}  // namespace musicgen::common
