#include "common/arguments.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "common/errors.h"

namespace musicgen::common {
namespace {

constexpr size_t kMostSlips = 2;    // letters wrong in a name that is still recognised
constexpr size_t kLeastPrefix = 3;  // letters of a name that stand for all of it in a suggestion

bool LooksLikeList(const std::string& argument) {
  return argument.size() >= 2 && argument.front() == '[' && argument.back() == ']';
}

// "temperature" of -temperature, --temperature and --temperature=1.
std::string Word(const std::string& argument) {
  const size_t begin = std::min(argument.find_first_not_of('-'), argument.size());
  return argument.substr(begin, argument.find('=') - begin);
}

const OptionShape* Named(const std::vector<OptionShape>& options, const std::string& name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const auto& option) { return option.name == name; });
  return name.empty() || found == options.end() ? nullptr : &*found;
}

const OptionShape* Lettered(const std::vector<OptionShape>& options, const std::string& letter) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const auto& option) { return option.letter == letter; });
  return letter.empty() || found == options.end() ? nullptr : &*found;
}

// Levenshtein's distance.
size_t Slips(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The option that was meant perhaps, or empty.
std::string Suggestion(const std::string& argument, const std::vector<OptionShape>& options) {
  const std::string name = "--" + Word(argument);
  if (Named(options, name) != nullptr) return name;
  const size_t letters = name.size() - 2;
  std::string best;
  size_t fewest = std::min(kMostSlips, letters / 3) + 1;
  for (const OptionShape& option : options) {
    if (option.name.empty()) continue;
    if (letters >= kLeastPrefix && option.name.compare(0, name.size(), name) == 0) {
      return option.name;
    }
    const size_t slips = Slips(name, option.name);
    if (slips < fewest) {
      fewest = slips;
      best = option.name;
    }
  }
  return best;
}

bool HasSpace(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

// Whether what follows a letter without a space, as in -d10 or -oout.wav, can be its value.
bool CanBeValue(const OptionShape& option, const std::string& rest) {
  if (!option.takes_value || HasSpace(rest)) return false;
  if (option.is_number) return rest.find_first_of("0123456789") != std::string::npos;
  return rest == "-" || rest.find_first_of("./") != std::string::npos;
}

bool IsOption(const std::string& argument, const std::vector<OptionShape>& options) {
  const std::string name = argument.substr(0, argument.find('='));
  return Named(options, name) != nullptr || Lettered(options, argument) != nullptr;
}

void Mark(std::string& argument) { argument.insert(0, 1, kTextMark); }

}  // namespace

void RemoveMark(std::string& text) {
  if (!text.empty() && text.front() == kTextMark) text.erase(0, 1);
}

std::vector<std::string> MarkTexts(const std::string& command, std::vector<std::string> arguments,
                                   const std::vector<OptionShape>& options) {
  const OptionShape* waiting = nullptr;  // an option whose value comes next
  bool only_texts = false;               // behind --
  for (std::string& argument : arguments) {
    const bool dashed = argument.size() > 1 && argument.front() == '-' && !only_texts;
    if (LooksLikeList(argument)) {
      Mark(argument);
    } else if (waiting != nullptr) {
      // --prompt "-soft piano", but not --melody --json.
      if (dashed && !waiting->is_number && !IsOption(argument, options)) Mark(argument);
    } else if (argument == "--") {
      only_texts = true;
    } else if (dashed) {
      const bool is_long = argument.compare(0, 2, "--") == 0;
      const std::string name =
          is_long ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
      const OptionShape* option = is_long ? Named(options, name) : Lettered(options, name);
      if (!is_long && argument.size() > 2 &&
          (option == nullptr || Named(options, "--" + Word(argument)) != nullptr ||
           !CanBeValue(*option, argument.substr(2)))) {
        NoSuchOption(command, argument, options);
      }
      if (is_long && name + "=" == argument) argument += kTextMark;  // an empty value, not the next
      if (option != nullptr && option->takes_value && name == argument) {
        waiting = option;
        continue;
      }
    }
    waiting = nullptr;
  }
  return arguments;
}

void NoSuchOption(const std::string& command, const std::string& argument,
                  const std::vector<OptionShape>& options) {
  std::string sentence = command + ": no such option: " + argument;
  const std::string meant = Suggestion(argument, options);
  if (!meant.empty()) sentence += "; did you mean " + meant + "?";
  const bool takes_texts = std::any_of(options.begin(), options.end(),
                                       [](const auto& option) { return option.name.empty(); });
  if (takes_texts && argument.front() == '-') {
    sentence +=
        "; a text that begins with a dash goes behind -- (" + command + " -- '-soft piano')";
  }
  BadInput(sentence + "; see musicgen " + command + " --help");
}

}  // namespace musicgen::common
