// Requests and answers as the routes see them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::serve {

struct Header {
  std::string name, value;
};

// Names of headers, schemes and hosts are the same in any case of their ASCII letters.
bool SameName(std::string_view a, std::string_view b);
std::string LowerCase(std::string_view text);

// Complete: its body has arrived.
struct Request {
  uint64_t id = 0;     // counts the requests of this server
  std::string method;  // "GET"; a HEAD request comes as GET, its answer's body is left out
  std::string path;    // percent-decoded, without query, normal: no "//", "." or ".."
  std::map<std::string, std::string> query;  // percent-decoded; the last of several counts
  std::vector<std::string> parameters;       // what the {names} of the route stand for
  std::vector<Header> headers;
  std::string body;
  std::string peer;     // its address without port
  bool secure = false;  // came over TLS

  // The value of a header, whatever its name's case; none: absent.
  std::optional<std::string_view> Find(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<Header> headers;  // beside Content-Type, Content-Length, Connection, Date
  std::string body;
};

}  // namespace musicgen::serve
