// musicgen-train: stdout carries data, stderr progress and messages. Exit status: 0 done, 1 failure,
// 2 bad usage or input, 130 interrupted.
#include <string>
#include <vector>

#include "base/error.h"
#include "common/errors.h"
#include "common/interrupt.h"
#include "train/subcommands.h"

int main(int argc, char** argv) {
  return musicgen::common::ExitStatusOf("musicgen-train", [&] {
    musicgen::common::HandleInterrupts();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) musicgen::ThrowBadInput("expected a subcommand: lm");
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (arguments[0] == "lm") return musicgen::train::RunLm(rest);
    musicgen::ThrowBadInput("there is no subcommand ", musicgen::Printable(arguments[0]));
  });
}
