#include "c_api/guard.h"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace musicgen::c_api {
namespace {

constexpr size_t kMessageBytes = 1000;

thread_local std::string last_error;
thread_local const char* last_sentence = "";

std::string PathsOf(const std::filesystem::filesystem_error& error) {
  std::string paths = Printable(error.path1().string(), kMessageBytes);
  if (!error.path2().empty()) {
    paths += StrCat(", ", Printable(error.path2().string(), kMessageBytes));
  }
  return paths;
}

// The exception in flight as an Error.
Error CurrentError() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::kOutOfMemory, "out of memory"};
  } catch (const std::length_error&) {  // a container that no memory could hold
    return {ErrorCode::kOutOfMemory, "out of memory: more was asked for than can be addressed"};
  } catch (const std::filesystem::filesystem_error& error) {
    return {ErrorCode::kFailure, StrCat(PathsOf(error), ": ", error.code().message())};
  } catch (const std::system_error& error) {
    return {ErrorCode::kFailure,
            StrCat("the system refused: ", Printable(error.what(), kMessageBytes))};
  } catch (const std::exception& error) {
    return {ErrorCode::kFailure, StrCat("unexpected: ", Printable(error.what(), kMessageBytes))};
  } catch (...) {
    return {ErrorCode::kFailure, "unexpected: something that is no std::exception was thrown"};
  }
}

}  // namespace

mg_status StatusOf(ErrorCode code) { return static_cast<mg_status>(code); }

void SetLastError(const std::string& sentence) noexcept {
  try {
    last_error = sentence;
    last_sentence = last_error.c_str();
  } catch (const std::bad_alloc&) {
    last_sentence = "out of memory";
  }
}

const char* LastError() noexcept { return last_sentence; }

mg_status CurrentFailure() noexcept {
  try {
    const Error error = CurrentError();
    SetLastError(error.what());
    return StatusOf(error.code());
  } catch (...) {  // no memory to say so
    last_sentence = "out of memory";
    return MG_OUT_OF_MEMORY;
  }
}

}  // namespace musicgen::c_api
