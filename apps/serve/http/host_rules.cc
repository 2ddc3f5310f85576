#include "serve/http/host_rules.h"

#include <arpa/inet.h>

#include <algorithm>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

bool IsAddress(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsPort(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() <= 5 && std::ranges::all_of(text, digit);
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string WithoutBrackets(std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

}  // namespace

std::string HostOf(std::string_view authority) {
  const std::string text = LowerCase(authority);
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == text.npos) return "";
    const std::string host = text.substr(1, end - 1), rest = text.substr(end + 1);
    in6_addr address;
    if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return "";
    if (!rest.empty() && (rest[0] != ':' || !IsPort(std::string_view(rest).substr(1)))) return "";
    return host;
  }
  const size_t colon = std::min(text.find(':'), text.size());
  if (colon < text.size() && !IsPort(std::string_view(text).substr(colon + 1))) return "";
  std::string host = text.substr(0, colon);
  if (host.size() > 253 || !std::ranges::all_of(host, IsNameCharacter)) return "";
  return host;
}

HostRules::HostRules(const ServerOptions& options)
    : names_{"localhost", "127.0.0.1", "::1"},
      any_address_(options.host.empty() || options.host == "0.0.0.0" ||
                   WithoutBrackets(options.host) == "::") {
  names_.insert(LowerCase(WithoutBrackets(options.host)));
  for (const std::string& name : options.allowed_hosts) {
    names_.insert(LowerCase(WithoutBrackets(name)));
  }
  names_.erase("");
}

bool HostRules::Allows(const std::string& host) const {
  return names_.contains(host) || (any_address_ && IsAddress(host));
}

void HostRules::Check(const std::vector<Header>& headers) const {
  const Header* found = nullptr;
  for (const Header& header : headers) {
    if (!SameName(header.name, "Host")) continue;
    if (found) Refuse(400, "bad_host", "The header Host comes twice.");
    found = &header;
  }
  if (!found) Refuse(400, "bad_host", "The header Host is missing.");
  const std::string host = HostOf(found->value);
  if (host.empty()) Refuse(400, "bad_host", "The header Host holds no host.");
  if (!Allows(host)) {
    Refuse(421, "foreign_host",
           "This server is not addressed by the name in the header Host; the option "
           "--allow-host adds a name.");
  }
}

}  // namespace musicgen::serve
