// Quantities as people read them.
#pragma once

#include <cstdio>
#include <string>

namespace musicgen::common {

// "40 s", "8.68 s": at most two digits behind the point.
inline std::string Seconds(double seconds) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", seconds);
  std::string trimmed = text;
  trimmed.erase(trimmed.find_last_not_of('0') + 1);
  if (trimmed.back() == '.') trimmed.pop_back();
  return trimmed + " s";
}

}  // namespace musicgen::common
