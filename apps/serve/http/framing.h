// How long a request's body is, and what becomes of the connection.
#pragma once

#include <cstdint>

#include "serve/http/failure.h"
#include "serve/http/request_head.h"

namespace musicgen::serve {

struct Framing {
  bool chunked = false;
  uint64_t content_length = 0;  // where it is not chunked
  bool keep_alive = false;      // HTTP/1.1 without "Connection: close"
  bool expects_continue = false;

  bool has_body() const { return chunked || content_length > 0; }
};

// Throws Refusal for every head whose body could end elsewhere for a proxy: 400 for
// Transfer-Encoding that is not exactly "chunked", comes twice, beside Content-Length, or in
// HTTP/1.0; for Content-Length that comes twice or is not a plain number; for Trailer. 417 for an
// Expect that is not 100-continue.
Framing FramingOf(const RequestHead& head);

// 413, of a route that takes so many bytes.
Failure BodyTooLarge(uint64_t most_bytes);

}  // namespace musicgen::serve
