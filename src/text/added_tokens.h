// Tokens matched literally in the text before anything else looks at it: </s>, <pad>, <unk>,
// <extra_id_0> and so on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::text {

struct AddedToken {
  std::string text;
  int32_t id = 0;
  bool strip_left = false;  // swallows white space before it
  bool strip_right = false;
};

// A stretch of the text: a token (id ≥ 0) or what lies between tokens (id −1, text not empty).
struct Stretch {
  int32_t id = -1;
  std::string_view text;
};

// Cuts valid UTF-8 at the tokens; from left to right, the longest that fits.
std::vector<Stretch> SplitAtTokens(std::string_view text, const std::vector<AddedToken>& tokens);

}  // namespace musicgen::text
