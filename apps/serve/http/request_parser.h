// Boost.Beast's parser, behind a header without Boost.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "serve/http/framing.h"
#include "serve/http/request_head.h"

namespace musicgen::serve {

// One request. Beast 1.81 has faults where a body's length is told; so FramingOf (framing.h) judges
// the head before a body is parsed, and of chunks only plain ones pass: no extensions, no trailers.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // `head`: whole, as HeadScanner let it pass. Throws Refusal: 400; 505 for versions but 1.0, 1.1.
  RequestHead ParseHead(std::string_view head);
  // Whether Beast would read as long a body.
  bool Agrees(const Framing& framing) const;
  // Appends to `body` what `bytes` hold of it; returns how many of them were used up. Throws
  // Refusal: 400; 413 as soon as a chunk would take the body beyond `most_bytes`.
  size_t ParseBody(std::string_view bytes, size_t most_bytes, std::string& body);
  bool done() const;  // head and body are complete

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace musicgen::serve
