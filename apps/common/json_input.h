// JSON that comes from outside: bounded in depth, and keys must not repeat.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace musicgen::common {

// Throws Error(kBadInput) whose sentence starts with `where`.
nlohmann::ordered_json ParseJson(std::string_view text, const std::string& where);

// Whether the text is one JSON value and nothing else.
bool IsJson(std::string_view text);
bool IsUtf8(const std::string& text);

// What a message says was found: JSON text, cut when it is long.
std::string Found(const nlohmann::ordered_json& value);

}  // namespace musicgen::common
