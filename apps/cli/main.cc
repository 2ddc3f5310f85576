// musicgen: stdout carries data, stderr progress and messages. Exit status: 0 done, 1 failure, 2
// bad usage or input, 130 interrupted.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <variant>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/interrupt.h"
#include "cli/options.h"

namespace {

using musicgen::Error;
using musicgen::ErrorCode;

int Complain(std::string sentence, int status) {
  for (char& c : sentence) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';  // one line, come what may
  }
  std::fprintf(stderr, "musicgen: %s\n", sentence.c_str());
  return status;
}

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
  try {
    musicgen::cli::HandleInterrupts();
    const int status = std::visit(Runner(), musicgen::cli::ParseCommandLine(argc, argv));
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return Complain(std::string("cannot write to stdout: ") + std::strerror(errno), 1);
    }
    return status;
  } catch (const Error& error) {
    return Complain(error.what(), error.code() == ErrorCode::kBadInput ? 2 : 1);
  } catch (const std::bad_alloc&) {
    return Complain("out of memory", 1);
  } catch (const std::exception& error) {
    return Complain(error.what(), 1);
  }
}
