// SentencePiece's precompiled character map, written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musicgen::compose {

// The bytes of a map that replaces each first text (not empty, no two alike, none the beginning of
// another) by the second.
std::string CharsmapBytes(const std::vector<std::pair<std::string, std::string>>& replacements);

}  // namespace musicgen::compose
