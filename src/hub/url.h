// Web addresses, as far as walking the hub's redirects needs them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace musicgen::hub {

struct Url {
  std::string scheme;  // "https" or "http"
  std::string host;    // in small letters
  int port = 0;        // the scheme's own where none is named
  std::string target;  // path and query, beginning with "/"; without a fragment

  bool secure() const { return scheme == "https"; }
  std::string Text() const;
};

// Nothing for other schemes, names and passwords in front of the host, and letters that no address
// holds.
std::optional<Url> ParseUrl(std::string_view text);

// What a Location header means that came from `from`: an address, "//host/path" or "/path".
std::optional<Url> FollowLocation(const Url& from, std::string_view location);

bool SameOrigin(const Url& a, const Url& b);

// Every byte but letters, digits and -_.~ as %XX; of a path, "/" stays too.
std::string PercentEncode(std::string_view text);
std::string PercentEncodePath(std::string_view path);

}  // namespace musicgen::hub
