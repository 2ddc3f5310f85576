// Under which names the server may be addressed: what keeps a foreign page, whose name was pointed
// at this machine (DNS rebinding), from talking to it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/message.h"
#include "serve/http/server_options.h"

namespace musicgen::serve {

// The host of "host:port" in lower case, IPv6 without its brackets; empty where it is none.
std::string HostOf(std::string_view authority);

// Allowed are localhost, 127.0.0.1, ::1, options.host and options.allowed_hosts, at any port: it
// may be another one outside a container or proxy. Bound to all addresses, every numeric address is
// allowed as well: rebinding needs a name, and behind a container's or router's translation the
// server cannot know its own addresses. Names are then allowed by allowed_hosts alone.
class HostRules {
 public:
  explicit HostRules(const ServerOptions& options);

  // Throws Refusal: 400 where `Host` is missing, comes twice or is none; 421 where it is foreign.
  void Check(const std::vector<Header>& headers) const;
  bool Allows(const std::string& host) const;

 private:
  std::set<std::string> names_;
  bool any_address_ = false;
};

}  // namespace musicgen::serve
