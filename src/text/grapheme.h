// What a reader takes for one character: extended grapheme clusters (Unicode Standard Annex #29).
#pragma once

#include <cstddef>
#include <string_view>

namespace musicgen::text {

// The end of the cluster that begins at text[begin]. `text` must be valid UTF-8, `begin` a
// cluster's first byte and less than text.size().
size_t GraphemeEnd(std::string_view text, size_t begin);

}  // namespace musicgen::text
