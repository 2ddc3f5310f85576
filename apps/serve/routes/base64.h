// Bytes as text, in JSON and data: URIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace musicgen::serve {

std::string EncodeBase64(std::string_view bytes);
// Line ends and spaces are passed over, and the padding may be missing. None: not base64.
std::optional<std::string> DecodeBase64(std::string_view text);
// The bytes of "data:audio/wav;base64,…". None: something else, a URI of another kind among them.
std::optional<std::string> DecodeDataUri(std::string_view uri);

}  // namespace musicgen::serve
