#include "hub/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace musicgen::hub {
namespace {

constexpr size_t kLongestUrl = 16384;  // signed addresses are long

bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::string Encode(std::string_view text, std::string_view kept) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (IsAlnum(c) || kept.find(c) != kept.npos) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return result;
}

int DefaultPort(const std::string& scheme) { return scheme == "https" ? 443 : 80; }

bool IsHost(std::string_view host) {
  const auto fits = [](char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; };
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](char c) {
      return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
    });
  }
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), fits);
}

}  // namespace

std::string Url::Text() const {
  const std::string number = port == DefaultPort(scheme) ? "" : ":" + std::to_string(port);
  return scheme + "://" + host + number + target;
}

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  if (text.size() > kLongestUrl) return std::nullopt;
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7f) return std::nullopt;
  }
  for (const char* scheme : {"https", "http"}) {
    const std::string beginning = std::string(scheme) + "://";
    if (!text.starts_with(beginning)) continue;
    url.scheme = scheme;
    text.remove_prefix(beginning.size());
    break;
  }
  if (url.scheme.empty()) return std::nullopt;
  text = text.substr(0, text.find('#'));
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view host = text.substr(0, end);
  url.target = text.substr(end);
  if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
  url.port = DefaultPort(url.scheme);
  const size_t colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) {
    const std::string_view number = host.substr(colon + 1);
    const auto [stop, error] =
        std::from_chars(number.data(), number.data() + number.size(), url.port);
    if (error != std::errc() || stop != number.data() + number.size() || url.port < 1 ||
        url.port > 65535) {
      return std::nullopt;
    }
    host = host.substr(0, colon);
  }
  if (!IsHost(host)) return std::nullopt;
  url.host = host;
  for (char& c : url.host) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return url;
}

std::optional<Url> FollowLocation(const Url& from, std::string_view location) {
  if (location.starts_with("//")) return ParseUrl(from.scheme + ":" + std::string(location));
  if (!location.starts_with("/")) return ParseUrl(location);
  Url root = from;
  root.target.clear();
  return ParseUrl(root.Text() + std::string(location));
}

bool SameOrigin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string PercentEncode(std::string_view text) { return Encode(text, "-_.~"); }
std::string PercentEncodePath(std::string_view path) { return Encode(path, "-_.~/"); }

}  // namespace musicgen::hub
