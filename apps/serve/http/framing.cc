#include "serve/http/framing.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace musicgen::serve {
namespace {

[[noreturn]] void RefuseFraming(const char* message) { Refuse(400, "bad_framing", message); }

// The value of a header that may come once.
std::optional<std::string_view> Single(const RequestHead& head, std::string_view name) {
  std::optional<std::string_view> value;
  for (const Header& header : head.headers) {
    if (!SameName(header.name, name)) continue;
    if (value) RefuseFraming("A header that tells the body's length comes twice.");
    value = header.value;
  }
  return value;
}

uint64_t Length(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || !std::ranges::all_of(text, digit) || error != std::errc() ||
      end != text.data() + text.size()) {
    RefuseFraming("Content-Length has to be a plain number.");
  }
  return length;
}

// Whether one of a header's comma-separated words is `word`.
bool Says(const RequestHead& head, std::string_view name, std::string_view word) {
  for (const Header& header : head.headers) {
    if (!SameName(header.name, name)) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      std::string_view item = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
      item = item.substr(0, item.find_last_not_of(" \t") + 1);
      if (SameName(item, word)) return true;
    }
  }
  return false;
}

}  // namespace

Framing FramingOf(const RequestHead& head) {
  Framing framing;
  const auto encoding = Single(head, "Transfer-Encoding");
  const auto length = Single(head, "Content-Length");
  if (encoding && length) {
    RefuseFraming("Content-Length and Transfer-Encoding exclude each other.");
  }
  if (encoding && head.http_1_0) RefuseFraming("HTTP/1.0 has no Transfer-Encoding.");
  if (encoding && *encoding != "chunked") {
    RefuseFraming("The only Transfer-Encoding is \"chunked\".");
  }
  if (Single(head, "Trailer")) RefuseFraming("Trailers behind a body are not accepted.");
  framing.chunked = encoding.has_value();
  if (length) framing.content_length = Length(*length);
  framing.keep_alive = !head.http_1_0 && !Says(head, "Connection", "close");
  if (!head.http_1_0) {
    for (const Header& header : head.headers) {
      if (!SameName(header.name, "Expect")) continue;
      if (!SameName(header.value, "100-continue")) {
        Refuse(417, "bad_expectation", "The only Expect is \"100-continue\".");
      }
      framing.expects_continue = framing.has_body();
    }
  }
  return framing;
}

Failure BodyTooLarge(uint64_t most_bytes) {
  return {.status = 413,
          .message = most_bytes == 0 ? std::string("This route takes no body.")
                                     : "The body is larger than " + std::to_string(most_bytes) +
                                           " bytes, which is the limit of this route.",
          .type = TypeOf(413),
          .code = "body_too_large"};
}

}  // namespace musicgen::serve
