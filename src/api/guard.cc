#include "api/guard.h"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "base/error.h"

namespace musicgen {
namespace {

constexpr size_t kMessageBytes = 1000;

std::string PathsOf(const std::filesystem::filesystem_error& error) {
  std::string paths = Printable(error.path1().string(), kMessageBytes);
  if (!error.path2().empty())
    paths += StrCat(", ", Printable(error.path2().string(), kMessageBytes));
  return paths;
}

}  // namespace

void RethrowAsError() {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory, "out of memory");
  } catch (const std::length_error&) {  // a container that no memory could hold
    throw Error(ErrorCode::kOutOfMemory, "out of memory: more was asked for than can be addressed");
  } catch (const std::filesystem::filesystem_error& error) {
    ThrowFailure(PathsOf(error), ": ", error.code().message());
  } catch (const std::system_error& error) {
    ThrowFailure("the system refused: ", Printable(error.what(), kMessageBytes));
  } catch (const std::exception& error) {
    ThrowFailure("unexpected: ", Printable(error.what(), kMessageBytes));
  }
}

}  // namespace musicgen
