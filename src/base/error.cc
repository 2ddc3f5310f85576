#include "base/error.h"

#include <exception>
#include <new>

namespace musicgen {

Error CurrentError(std::string_view doing) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorCode::kOutOfMemory, StrCat("out of memory while ", doing)};
  } catch (const std::exception& error) {
    return {ErrorCode::kFailure, StrCat("failed while ", doing, ": ", error.what())};
  }
}

std::string Printable(std::string_view text, size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > limit) out.append(3, '.');
  return out;
}

}  // namespace musicgen
