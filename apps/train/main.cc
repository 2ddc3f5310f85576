// musicgen-train: stdout carries data, stderr progress and messages. Exit status: 0 done, 1
// failure, 2 bad usage or input, 130 interrupted.
#include <string>
#include <vector>

#include "base/error.h"
#include "common/errors.h"
#include "common/interrupt.h"
#include "train/subcommands.h"

namespace {

struct Subcommand {
  const char* name;
  int (*run)(const std::vector<std::string>& arguments);
};
constexpr Subcommand kSubcommands[] = {{"synthesise", musicgen::train::RunSynthesise},
                                       {"codec", musicgen::train::RunCodec},
                                       {"lm", musicgen::train::RunLm},
                                       {"export", musicgen::train::RunExport}};

std::string Names() {
  std::string names;
  for (const Subcommand& subcommand : kSubcommands) {
    names += std::string(names.empty() ? "" : ", ") + subcommand.name;
  }
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  return musicgen::common::ExitStatusOf("musicgen-train", [&] {
    musicgen::common::HandleInterrupts();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) musicgen::ThrowBadInput("expected a subcommand: ", Names());
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    for (const Subcommand& subcommand : kSubcommands) {
      if (arguments[0] == subcommand.name) return subcommand.run(rest);
    }
    musicgen::ThrowBadInput("there is no subcommand ", musicgen::Printable(arguments[0]),
                            ": expected one of ", Names());
  });
}
