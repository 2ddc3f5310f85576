// %41 is A (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace musicgen::serve {

// None where a % is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

bool IsUtf8(std::string_view text);

}  // namespace musicgen::serve
