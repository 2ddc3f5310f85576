#include "common/platform.h"

#include <cstdlib>
#include <cstring>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace musicgen::common {

#ifdef _WIN32

bool IsTerminal(std::FILE* stream) { return _isatty(_fileno(stream)) != 0; }

void ExitFromSignal(const char* line, int status) {
  _write(2, line, static_cast<unsigned>(std::strlen(line)));
  std::_Exit(status);
}

#else

bool IsTerminal(std::FILE* stream) { return isatty(fileno(stream)) != 0; }

void ExitFromSignal(const char* line, int status) {
  if (write(STDERR_FILENO, line, std::strlen(line)) < 0) std::_Exit(status);
  std::_Exit(status);
}

#endif

}  // namespace musicgen::common
