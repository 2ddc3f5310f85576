// SHA-256 (FIPS 180-4), for files that carry a piece of their hash in their names; builds without
// OpenSSL (hub/digest.h) read them too.
#pragma once

#include <string>
#include <string_view>

namespace musicgen::checkpoint {

// 64 small hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace musicgen::checkpoint
