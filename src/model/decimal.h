// Numbers in configuration files.
#pragma once

#include <charconv>
#include <string>

namespace musicgen::model {

// The shortest digits that read back as this number, with a point or an exponent, so that every
// reader takes it for a float.
inline std::string Decimal(double number) {
  char digits[32];
  std::string text(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

}  // namespace musicgen::model
