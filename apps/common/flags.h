// Command lines: subcommands and their flags, checked as far as that goes without a model. Every
// flag has an environment twin: --top-k is MUSICGEN_TOP_K. The parser behind it, CLI11, stays in
// flags.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/program_text.h"

namespace musicgen::common {

// The flags of one subcommand. `names` are "-d,--duration", "--json", or "prompt" for a positional
// argument; a value given already is the default. Values are written when the line is parsed.
class Flags {
 public:
  struct Impl;
  explicit Flags(Impl& impl) : impl_(impl) {}

  // From `least` to `most`.
  void Number(const std::string& names, double& value, const std::string& help,
              const std::string& type, double least, double most);
  // Without a value the option stays empty.
  void Number(const std::string& names, std::optional<double>& value, const std::string& help,
              const std::string& type, double least, double most);
  void Number(const std::string& names, std::optional<int64_t>& value, const std::string& help,
              const std::string& type, int64_t least, int64_t most);
  void Number(const std::string& names, int64_t& value, const std::string& help,
              const std::string& type, int64_t least, int64_t most);
  // Seconds above 0 and at most `most`.
  void Duration(const std::string& names, double& value, const std::string& help, double most);
  // A file, folder or other name: never empty where it is given.
  void Name(const std::string& names, std::string& value, const std::string& help,
            const std::string& type, bool required = false);
  // Any number of those, each behind the flag.
  void Names(const std::string& names, std::vector<std::string>& values, const std::string& help,
             const std::string& type);
  // Any number of texts: "prompt,-p,--prompt" takes them alone and behind the flag.
  void Texts(const std::string& names, std::vector<std::string>& values, const std::string& help,
             bool required = false);
  // One of the words; those of `devices` also with a number behind a colon.
  void Choice(const std::string& names, std::string& value, const std::string& help,
              const std::vector<std::string>& words, const std::vector<std::string>& devices = {});
  void Switch(const std::string& names, bool& value, const std::string& help);

 private:
  Impl& impl_;
};

class CommandLine {
 public:
  CommandLine(const std::string& program, const std::string& about, const std::string& version);
  ~CommandLine();

  Flags AddCommand(const std::string& name, const std::string& about);
  // One that neither help nor manuals speak of.
  Flags AddHiddenCommand(const std::string& name);
  // The text that answers --help and --version; else nothing, and chosen() says which subcommand
  // is wanted. Throws Error(kBadInput).
  std::optional<std::string> Parse(int argc, const char* const* argv);
  const std::string& chosen() const;

  // All but the hidden commands.
  ProgramText Describe() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::common
