#include "common/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <list>
#include <map>

#include "common/arguments.h"
#include "common/errors.h"

namespace musicgen::common {
namespace {

// Says what is wrong with a value, or nothing.
using Check = std::function<std::string(std::string&)>;

template <class T>
std::optional<T> ParseNumber(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string Print(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}
std::string Print(int64_t value) { return std::to_string(value); }

// NaN is in no range.
template <class T>
Check Between(T least, T most) {
  const std::string kind = std::is_integral_v<T> ? "a whole number" : "a number";
  const std::string range = kind + " from " + Print(least) + " to " + Print(most);
  return [=](std::string& text) {
    const std::optional<T> value = ParseNumber<T>(text);
    if (value && *value >= least && *value <= most) return std::string();
    return "expected " + range + ", found '" + text + "'";
  };
}

Check SecondsUpTo(double most) {
  return [=](std::string& text) {
    const std::optional<double> value = ParseNumber<double>(text);
    if (value && *value > 0 && *value <= most) return std::string();
    return "expected seconds above 0 and at most " + Print(most) + ", found '" + text + "'";
  };
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

// cuda or cuda:0, of "cuda".
bool IsDevice(const std::string& text, const std::vector<std::string>& devices) {
  const size_t colon = text.find(':');
  if (std::count(devices.begin(), devices.end(), text.substr(0, colon)) == 0) return false;
  return colon == std::string::npos || ParseNumber<uint16_t>(text.substr(colon + 1)).has_value();
}

Check OneOf(const std::vector<std::string>& words, const std::vector<std::string>& devices) {
  return [=](std::string& text) {
    if (std::count(words.begin(), words.end(), text) > 0 || IsDevice(text, devices)) {
      return std::string();
    }
    std::vector<std::string> all = words;
    for (const std::string& device : devices) all.push_back(device + "[:N]");
    return "expected " + Join(all) + ", found '" + text + "'";
  };
}

std::string AnyText(std::string&) { return ""; }

std::string NotEmpty(std::string& text) {
  return text.empty() ? "expected a name, found nothing" : "";
}

std::string Truth(std::string& text) {
  static const std::vector<std::string> words = {"true", "false", "on", "off",
                                                 "yes",  "no",    "1",  "0"};
  if (std::count(words.begin(), words.end(), text) > 0) return "";
  return "expected true or false, found '" + text + "'";
}

// MUSICGEN_TOP_K for --top-k.
std::string EnvironmentTwin(const std::string& name) {
  std::string twin = "MUSICGEN" + name.substr(1);
  for (char& c : twin) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return twin;
}

// " (from MUSICGEN_TOP_K)" when the option an error speaks of was not on the command line.
std::string Origin(const CLI::App& app, const std::string& message,
                   const std::vector<std::string>& arguments) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->get_envname().empty() || message.compare(0, name.size() + 1, name + ":") != 0) {
      continue;
    }
    const auto names_it = [&](const std::string& argument) {
      if (argument.compare(0, name.size(), name) == 0) return true;
      const std::vector<std::string>& letters = option->get_snames();
      return !letters.empty() && argument.compare(0, 2, "-" + letters.front()) == 0;
    };
    if (std::none_of(arguments.begin(), arguments.end(), names_it) &&
        std::getenv(option->get_envname().c_str()) != nullptr) {
      return " (from " + option->get_envname() + ")";
    }
  }
  return "";
}

template <class T>
constexpr bool kIsNumber = std::is_arithmetic_v<T>;
template <class T>
constexpr bool kIsNumber<std::optional<T>> = kIsNumber<T>;

}  // namespace

struct Flags::Impl {
  CLI::App* app;
  bool hidden = false;
  std::vector<OptionShape> shapes = {{"--help", "-h", false, false}};
  std::map<const CLI::Option*, std::vector<std::string>> words;  // of the choices

  void Finish(CLI::Option* option, const std::string& names, const Check& check,
              const std::string& type, bool is_number) {
    const bool takes_value = !type.empty();
    OptionShape shape{"", "", takes_value, is_number};
    for (const std::string& name : CLI::detail::split_names(names)) {
      if (name.compare(0, 2, "--") == 0) {
        shape.name = name;
      } else if (name.front() == '-') {
        shape.letter = name;
      } else {
        shapes.push_back({});  // may also stand alone
      }
    }
    if (!shape.name.empty()) {
      shapes.push_back(shape);
      option->envname(EnvironmentTwin(shape.name));
    }
    const auto unmarked = [check](std::string& text) {
      RemoveMark(text);
      return check(text);
    };
    option->transform(CLI::Validator(unmarked, ""));
    if (takes_value) option->type_name(type);
  }

  template <class T>
  CLI::Option* Add(const std::string& names, T& value, const std::string& help, const Check& check,
                   const std::string& type, bool shows_default) {
    CLI::Option* option = app->add_option(names, value, help)->take_last();
    if (shows_default) option->capture_default_str();
    Finish(option, names, check, type, kIsNumber<T>);
    return option;
  }
};

void Flags::Number(const std::string& names, double& value, const std::string& help,
                   const std::string& type, double least, double most) {
  impl_.Add(names, value, help, Between(least, most), type, true);
}

void Flags::Number(const std::string& names, int64_t& value, const std::string& help,
                   const std::string& type, int64_t least, int64_t most) {
  impl_.Add(names, value, help, Between(least, most), type, true);
}

void Flags::Number(const std::string& names, std::optional<double>& value, const std::string& help,
                   const std::string& type, double least, double most) {
  impl_.Add(names, value, help, Between(least, most), type, false);
}

void Flags::Number(const std::string& names, std::optional<int64_t>& value, const std::string& help,
                   const std::string& type, int64_t least, int64_t most) {
  impl_.Add(names, value, help, Between(least, most), type, false);
}

void Flags::Duration(const std::string& names, double& value, const std::string& help,
                     double most) {
  impl_.Add(names, value, help, SecondsUpTo(most), "S", true);
}

void Flags::Name(const std::string& names, std::string& value, const std::string& help,
                 const std::string& type, bool required) {
  impl_.Add(names, value, help, NotEmpty, type, !value.empty())->required(required);
}

void Flags::Texts(const std::string& names, std::vector<std::string>& values,
                  const std::string& help, bool required) {
  CLI::Option* option = impl_.app->add_option(names, values, help)->required(required);
  if (names.front() == '-') option->allow_extra_args(false);
  impl_.Finish(option, names, AnyText, "TEXT", false);
}

void Flags::Names(const std::string& names, std::vector<std::string>& values,
                  const std::string& help, const std::string& type) {
  CLI::Option* option = impl_.app->add_option(names, values, help);
  option->allow_extra_args(false);
  impl_.Finish(option, names, NotEmpty, type, false);
}

void Flags::Choice(const std::string& names, std::string& value, const std::string& help,
                   const std::vector<std::string>& words, const std::vector<std::string>& devices) {
  std::string type;
  for (const std::string& word : words) type += (type.empty() ? "" : "|") + word;
  for (const std::string& device : devices) type += "|" + device + "[:N]";
  const CLI::Option* option =
      impl_.Add(names, value, help, OneOf(words, devices), type, !value.empty());
  std::vector<std::string>& all = impl_.words[option] = words;
  all.insert(all.end(), devices.begin(), devices.end());
}

void Flags::Switch(const std::string& names, bool& value, const std::string& help) {
  impl_.Finish(impl_.app->add_flag(names, value, help), names, Truth, "", false);
}

namespace {

OptionText TextOf(const CLI::Option& option) {
  OptionText text;
  if (!option.get_lnames().empty()) text.name = "--" + option.get_lnames().front();
  if (!option.get_snames().empty()) text.letter = "-" + option.get_snames().front();
  if (option.get_positional()) text.positional = option.get_name(true);
  if (option.get_items_expected_max() > 0) text.type = option.get_type_name();
  text.help = option.get_description();
  text.default_value = option.get_default_str();
  text.environment = option.get_envname();
  text.required = option.get_required();
  return text;
}

CommandText TextOf(const Flags::Impl& command) {
  CommandText text{command.app->get_name(), command.app->get_description(), {}};
  for (const CLI::Option* option : command.app->get_options()) {
    OptionText described = TextOf(*option);
    const auto words = command.words.find(option);
    if (words != command.words.end()) described.words = words->second;
    text.options.push_back(std::move(described));
  }
  return text;
}

}  // namespace

struct CommandLine::Impl {
  CLI::App app;
  std::list<Flags::Impl> commands;
  std::string chosen;

  [[noreturn]] void NoSubcommand(const std::vector<std::string>& arguments) const {
    std::vector<std::string> names;
    for (const Flags::Impl& command : commands) {
      if (!command.hidden) names.push_back(command.app->get_name());
    }
    const std::string found = arguments.empty() ? "nothing" : "'" + arguments.front() + "'";
    BadInput("expected a subcommand, " + Join(names) + ", found " + found);
  }

  const Flags::Impl* Named(const std::string& name) const {
    for (const Flags::Impl& command : commands) {
      if (command.app->get_name() == name) return &command;
    }
    return nullptr;
  }
};

CommandLine::CommandLine(const std::string& program, const std::string& about,
                         const std::string& version)
    : impl_(std::make_unique<Impl>()) {
  CLI::App& app = impl_->app;
  app.name(program);
  app.description(about);
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer("Every flag has an environment twin: --some-name is MUSICGEN_SOME_NAME.");
}

CommandLine::~CommandLine() = default;

Flags CommandLine::AddCommand(const std::string& name, const std::string& about) {
  impl_->commands.push_back({impl_->app.add_subcommand(name, about)});
  // With a callback, CLI11 reads the environment of the chosen subcommand alone: flags of one name
  // may take other values elsewhere.
  impl_->commands.back().app->parse_complete_callback([] {});
  return Flags(impl_->commands.back());
}

Flags CommandLine::AddHiddenCommand(const std::string& name) {
  const Flags flags = AddCommand(name, "");
  impl_->commands.back().hidden = true;
  impl_->commands.back().app->group("");
  return flags;
}

ProgramText CommandLine::Describe() const {
  const CLI::App& app = impl_->app;
  ProgramText program{app.get_name(), app.get_description(), app.version(), {}};
  for (const Flags::Impl& command : impl_->commands) {
    if (!command.hidden) program.commands.push_back(TextOf(command));
  }
  return program;
}

const std::string& CommandLine::chosen() const { return impl_->chosen; }

std::optional<std::string> CommandLine::Parse(int argc, const char* const* argv) {
  CLI::App& app = impl_->app;
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty()) {
    if (const Flags::Impl* command = impl_->Named(arguments.front())) {
      const auto rest =
          MarkTexts(arguments.front(), {arguments.begin() + 1, arguments.end()}, command->shapes);
      std::copy(rest.begin(), rest.end(), arguments.begin() + 1);
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return chosen.empty() ? app.help() : chosen.front()->help(app.get_name());
  } catch (const CLI::CallForVersion&) {
    return app.version() + "\n";
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    if (chosen.empty()) impl_->NoSubcommand(arguments);
    const std::string name = chosen.front()->get_name();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      std::string extra = app.remaining(true).front();
      RemoveMark(extra);
      NoSuchOption(name, extra, impl_->Named(name)->shapes);
    }
    BadInput(error.what() + Origin(*chosen.front(), error.what(), arguments));
  }
  impl_->chosen = app.get_subcommands().front()->get_name();
  return std::nullopt;
}

}  // namespace musicgen::common
