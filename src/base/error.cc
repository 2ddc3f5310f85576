#include "base/error.h"

namespace musicgen {

std::string Printable(std::string_view text, size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > limit) out.append(3, '.');
  return out;
}

}  // namespace musicgen
