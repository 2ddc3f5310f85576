#include "serve/http/head_scanner.h"

#include <string>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

constexpr int kMostFields = 100;

[[noreturn]] void RefuseHead(const char* message) { Refuse(400, "bad_head", message); }

// RFC 9110, token.
bool IsTokenCharacter(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsPrintable(char c) { return c > 0x20 && c < 0x7F; }

}  // namespace

HeadScanner::State HeadScanner::Next(char c) {
  switch (state_) {
    case State::kFirstLine:
      if (c == '\r' && last_ != ' ' && spaces_ == 2) return State::kLineFeed;
      if (!IsPrintable(c) && !(c == ' ' && last_ != ' ' && ++spaces_ <= 2)) {
        RefuseHead("The request's first line is not of the form \"METHOD /path HTTP/1.1\".");
      }
      return State::kFirstLine;
    case State::kLineStart:
      if (c == '\r') return State::kLastLineFeed;
      if (++fields_ > kMostFields) {
        Refuse(431, "too_many_headers",
               "The request has more than " + std::to_string(kMostFields) + " headers.");
      }
      if (!IsTokenCharacter(c)) RefuseHead("A header begins with a character no name has.");
      return State::kName;
    case State::kName:
      if (c == ':') return State::kValue;
      if (!IsTokenCharacter(c)) RefuseHead("A header's name holds a character no name has.");
      return State::kName;
    case State::kValue:
      if (c == '\r') return State::kLineFeed;
      if ((c >= 0 && c < 0x20 && c != '\t') || c == 0x7F) {
        RefuseHead("A header's value holds a control character.");
      }
      return State::kValue;
    case State::kLineFeed:
    case State::kLastLineFeed:
      if (c != '\n') RefuseHead("A carriage return is not followed by a line feed.");
      return state_ == State::kLineFeed ? State::kLineStart : State::kWhole;
    case State::kWhole:
      break;
  }
  return State::kWhole;
}

bool HeadScanner::Scan(std::string_view bytes) {
  while (state_ != State::kWhole && seen_ < bytes.size()) {
    if (seen_ == most_bytes_) {
      const std::string limit = std::to_string(most_bytes_) + " bytes.";
      if (state_ == State::kFirstLine) {
        Refuse(414, "target_too_long", "The request's first line is longer than " + limit);
      }
      Refuse(431, "head_too_large", "The request's head is larger than " + limit);
    }
    state_ = Next(bytes[seen_]);
    last_ = bytes[seen_++];
  }
  return state_ == State::kWhole;
}

}  // namespace musicgen::serve
