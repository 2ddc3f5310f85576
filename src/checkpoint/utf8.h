// Text from files.
#pragma once

#include <string_view>

namespace musicgen::checkpoint {

// Whether it is UTF-8, without overlong forms and surrogates.
bool IsUtf8(std::string_view text);

}  // namespace musicgen::checkpoint
