#include <cctype>
#include <cstdint>
#include <cstdio>
#include <sstream>

#include "common/program_text.h"

namespace musicgen::common {
namespace {

// Text as roff takes it: no letter is read as a command, a hyphen stays one that can be searched
// for, and what is not ASCII becomes its number.
std::string Roff(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\\') {
      out += "\\e";
    } else if (byte == '-') {
      out += "\\-";
    } else if (byte == '\'' || byte == '`' || byte == '^' || byte == '~') {
      out += byte == '\'' ? "\\(aq" : byte == '`' ? "\\(ga" : byte == '^' ? "\\(ha" : "\\(ti";
    } else if (byte < 0x80) {
      out += static_cast<char>(byte);
    } else {
      const int more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      uint32_t code = byte & (0x3fu >> more);
      for (int k = 0; k < more && i + 1 < text.size(); ++k) {
        code = code << 6 | (static_cast<unsigned char>(text[++i]) & 0x3fu);
      }
      char number[16];
      std::snprintf(number, sizeof number, "\\[u%04X]", static_cast<unsigned>(code));
      out += number;
    }
  }
  return out;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string Bold(const std::string& text) { return "\\fB" + Roff(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + Roff(text) + "\\fR"; }

// "-s, --seed N", or "FILE, --audio FILE".
std::string Head(const OptionText& option) {
  std::string head;
  const auto add = [&](const std::string& part) { head += (head.empty() ? "" : ", ") + part; };
  if (!option.positional.empty()) add(Italic(option.positional));
  if (!option.letter.empty()) add(Bold(option.letter));
  if (!option.name.empty()) add(Bold(option.name));
  if (option.takes_value() && !option.name.empty()) head += " " + Italic(option.type);
  return head;
}

// Lines of at most 78 characters, as a page's source has them; none begins with a command's sign.
std::string Filled(const std::string& text) {
  constexpr size_t kWidth = 78;
  std::string lines, line;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      lines += line + "\n";
      line.clear();
    }
    if (line.empty() && word.front() == '.') word.insert(0, "\\&");
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + line + "\n";
}

std::string Body(const OptionText& option) {
  std::string body = Roff(option.help);
  if (!body.empty() && body.back() != '.') body += ".";
  if (option.required) body += " Required.";
  if (!option.default_value.empty()) body += " Default: " + Roff(option.default_value) + ".";
  return Filled(body);
}

std::string Section(const CommandText& command, const std::string& program) {
  std::string text =
      ".SS \"" + Roff(program + " " + command.name) + "\"\n" + Filled(Roff(command.about) + ".");
  for (const OptionText& option : command.options) {
    text += ".TP\n" + Head(option) + "\n" + Body(option);
  }
  return text;
}

}  // namespace

std::string ManualPage(const ProgramText& program) {
  std::string page = ".TH " + Upper(program.name) + " 1 \"\" \"" + Roff(program.version) + "\"\n";
  page += ".SH NAME\n" + Roff(program.name) + " \\- " + Roff(program.about) + "\n";
  page += ".SH SYNOPSIS\n" + Bold(program.name) + " " + Italic("command") + " [" +
          Italic("options") + "]\n";
  page += ".SH DESCRIPTION\nStandard output carries data, standard error progress and messages.\n";
  page += "An output file appears whole or not at all.\n.SH COMMANDS\n";
  for (const CommandText& command : program.commands) page += Section(command, program.name);
  page += ".SH ENVIRONMENT\nEvery option has a twin: " + Bold("--top-k") + " is " +
          Bold("MUSICGEN_TOP_K") + ". What stands on the command line goes first.\n";
  page += ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nThe machine failed while running.\n";
  page += ".TP\n2\nBad usage or bad input: one line says what, where, expected and found.\n";
  page += ".TP\n130\nInterrupted.\n";
  return page;
}

}  // namespace musicgen::common
