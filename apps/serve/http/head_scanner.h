// Where a request's head ends, and that it holds nothing on which servers read differently.
#pragma once

#include <cstddef>
#include <string_view>

namespace musicgen::serve {

// Lets pass only lines that end in CR LF, a first line of three printable words,
// and fields of the form "name: value": no line that goes on the one before, no space before the
// colon, no control characters, at most 100 of them. What passes is then parsed by Boost.Beast.
class HeadScanner {
 public:
  explicit HeadScanner(size_t most_bytes) : most_bytes_(most_bytes) {}

  // `bytes`: from the head's first byte, as far as it has come; goes on where the last call ended.
  // True once the head is whole. Throws Refusal: 400; 414 and 431 for more than most_bytes.
  bool Scan(std::string_view bytes);
  size_t size() const { return seen_; }  // of the whole head

 private:
  enum class State { kFirstLine, kLineStart, kName, kValue, kLineFeed, kLastLineFeed, kWhole };
  State Next(char c);

  size_t most_bytes_, seen_ = 0;
  State state_ = State::kFirstLine;
  char last_ = ' ';
  int spaces_ = 0, fields_ = 0;
};

}  // namespace musicgen::serve
