// musicgen: stdout carries data, stderr progress and messages. Exit status: 0 done, 1 failure, 2
// bad usage or input, 130 interrupted.
#include <cstdio>
#include <variant>

#include "cli/commands.h"
#include "cli/options.h"
#include "common/errors.h"
#include "common/interrupt.h"

namespace {

struct Runner {
  int operator()(const musicgen::cli::Answer& answer) const {
    std::fputs(answer.text.c_str(), stdout);
    return 0;
  }
  template <class Flags>
  int operator()(const Flags& flags) const {
    return musicgen::cli::Run(flags);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return musicgen::common::ExitStatusOf("musicgen", [&] {
    musicgen::common::HandleInterrupts();
    return std::visit(Runner(), musicgen::cli::ParseCommandLine(argc, argv));
  });
}
