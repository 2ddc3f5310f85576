// The arguments of a subcommand before its parser sees them. The parser would read "-soft piano" as
// -s with the value "oft piano", -melody as -m with "elody", and "[a, b]" as a list.
#pragma once

#include <string>
#include <vector>

namespace musicgen::common {

// What an option looks like.
struct OptionShape {
  std::string name;    // "--seed"; empty for a positional argument
  std::string letter;  // "-s", or empty
  bool takes_value = true;
  bool is_number = false;
};

// Stands in front of a text that the parser must not look into; RemoveMark takes it away.
inline constexpr char kTextMark = '\x01';
void RemoveMark(std::string& text);

// The same arguments with marks where they are needed; `arguments` begin behind the subcommand.
// Throws Error(kBadInput) for a word behind one dash that is no letter with its value.
std::vector<std::string> MarkTexts(const std::string& command, std::vector<std::string> arguments,
                                   const std::vector<OptionShape>& options);

// Throws Error(kBadInput): there is no such option, and what was meant perhaps.
[[noreturn]] void NoSuchOption(const std::string& command, const std::string& argument,
                               const std::vector<OptionShape>& options);

}  // namespace musicgen::common
