// The first bytes of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "serve/http/message.h"

namespace musicgen::serve {

struct AnswerForm {
  bool chunked = false;
  std::optional<uint64_t> content_length;  // neither: up to the connection's end
  bool close = false;
};

// 1xx, 204 and 304 have none.
bool HasBody(int status);

// Status line and headers, with Date, and unless the response brings its own: Cache-Control:
// no-store, X-Content-Type-Options: nosniff, Referrer-Policy: no-referrer. Control characters in
// values become spaces, so that none splits an answer.
std::string ResponseHead(const Response& response, const AnswerForm& form);

// A piece of a chunked body; of an empty piece nothing, since that would be the end.
std::string Chunk(const std::string& piece);
inline constexpr char kLastChunk[] = "0\r\n\r\n";

}  // namespace musicgen::serve
