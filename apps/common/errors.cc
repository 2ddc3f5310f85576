#include "common/errors.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "common/interrupt.h"

namespace musicgen::common {
namespace {

int Complain(const char* name, std::string sentence, int status) {
  for (char& c : sentence) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';  // one line, come what may
  }
  std::fprintf(stderr, "%s: %s\n", name, sentence.c_str());
  return status;
}

int StatusFor(ErrorCode code) {
  return code == ErrorCode::kBadInput || code == ErrorCode::kUnsupported ? 2 : 1;
}

}  // namespace

int ExitStatusOf(const char* name, const std::function<int()>& body) {
  try {
    const int status = body();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return Complain(name, std::string("cannot write to stdout: ") + std::strerror(errno), 1);
    }
    return status;
  } catch (const Error& error) {
    return Complain(name, error.what(), StatusFor(error.code()));
  } catch (const Interrupted&) {
    return Complain(name, "interrupted", kExitInterrupted);
  } catch (const std::bad_alloc&) {
    return Complain(name, "out of memory", 1);
  } catch (const std::exception& error) {
    return Complain(name, error.what(), 1);
  }
}

}  // namespace musicgen::common
