#include "serve/http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr size_t kMostChunkHeadBytes = 32;
constexpr size_t kLastChunkBytes = 5;  // the shortest end of a body: 0 CR LF CR LF

}  // namespace

class RequestParser::Parser : public http::basic_parser<true> {
 public:
  Parser() {
    eager(false);
    body_limit(boost::none);   // ParseBody counts
    header_limit(UINT32_MAX);  // HeadScanner counts
  }

  RequestHead head;
  std::string* body = nullptr;
  size_t most_bytes = 0;
  uint64_t chunk_left = 0;  // bytes of the present chunk that are to come
  std::optional<Failure> refused;

 private:
  void RefuseWith(int status, const char* code, const std::string& message, error_code& error) {
    refused = {.status = status, .message = message, .type = TypeOf(status), .code = code};
    error = http::error::bad_chunk;
  }

  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    head.method = method;
    head.target = target;
    head.http_1_0 = version == 10;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view name, string_view value, error_code& error) override {
    if (is_header_done()) {
      return RefuseWith(400, "trailers", "Trailers behind a body are not accepted.", error);
    }
    head.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(string_view piece, error_code&) override {
    body->append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(uint64_t size, string_view extensions, error_code& error) override {
    if (!extensions.empty()) {
      return RefuseWith(400, "chunk_extension", "Extensions of chunks are not accepted.", error);
    }
    if (size > most_bytes - std::min(most_bytes, body->size())) {
      const Failure failure = BodyTooLarge(most_bytes);
      RefuseWith(failure.status, failure.code.c_str(), failure.message, error);
    }
    chunk_left = size;
  }
  size_t on_chunk_body_impl(uint64_t, string_view piece, error_code& error) override {
    chunk_left -= piece.size();
    return on_body_impl(piece, error);
  }
  void on_finish_impl(error_code&) override {}
};

RequestParser::RequestParser() : parser_(std::make_unique<Parser>()) {}
RequestParser::~RequestParser() = default;

RequestHead RequestParser::ParseHead(std::string_view head) {
  error_code error;
  const size_t used = parser_->put({head.data(), head.size()}, error);
  if (error == http::error::bad_version) {
    Refuse(505, "bad_version", "This server speaks HTTP/1.1 and HTTP/1.0.");
  }
  if (error || used != head.size() || !parser_->is_header_done()) {
    Refuse(400, "bad_head", "The request's head is not well formed.");
  }
  return std::move(parser_->head);
}

bool RequestParser::Agrees(const Framing& framing) const {
  return parser_->chunked() == framing.chunked &&
         parser_->content_length().value_or(0) == framing.content_length;
}

size_t RequestParser::ParseBody(std::string_view bytes, size_t most_bytes, std::string& body) {
  parser_->body = &body;
  parser_->most_bytes = most_bytes;
  size_t used = 0;
  error_code error;
  while (used < bytes.size() && !parser_->is_done() && !error) {
    // Beast asserts that no less comes of a last chunk; every way to go on has as much.
    const bool between_chunks = parser_->chunked() && parser_->chunk_left == 0;
    if (between_chunks && bytes.size() - used < kLastChunkBytes) break;
    used += parser_->put({bytes.data() + used, bytes.size() - used}, error);
  }
  if (parser_->refused) throw Refusal(*parser_->refused);
  const bool waits = error == http::error::need_more;
  if ((error && !waits) || (waits && bytes.size() - used > kMostChunkHeadBytes)) {
    Refuse(400, "bad_chunk", "A chunk of the request's body is not well formed.");
  }
  return used;
}

bool RequestParser::done() const { return parser_->is_done(); }

}  // namespace musicgen::serve
