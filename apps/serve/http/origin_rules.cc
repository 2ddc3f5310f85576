#include "serve/http/origin_rules.h"

namespace musicgen::serve {
namespace {

std::string WithoutPort(std::string authority, std::string_view port) {
  if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  return authority;
}

bool IsOwn(std::string_view origin, std::string_view host) {
  for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, std::pair{"https://", ":443"}}) {
    const std::string text = LowerCase(origin);
    if (!text.starts_with(scheme)) continue;
    const std::string authority = text.substr(std::string_view(scheme).size());
    return !authority.empty() && WithoutPort(authority, port) == WithoutPort(LowerCase(host), port);
  }
  return false;  // "null", and pages that are files
}

[[noreturn]] void RefuseForeign() {
  Refuse(403, "foreign_origin", "Pages of other sites may not use this server.");
}

}  // namespace

void CheckOrigin(const Request& request, const Route& route) {
  const bool reads = request.method == "GET";
  if (reads && route.open) return;
  const std::string_view host = request.Find("Host").value_or("");
  for (const Header& header : request.headers) {
    if (SameName(header.name, "Origin") && !IsOwn(header.value, host)) RefuseForeign();
    const bool cross_site =
        SameName(header.name, "Sec-Fetch-Site") && SameName(header.value, "cross-site");
    if (cross_site && !reads) RefuseForeign();
  }
}

}  // namespace musicgen::serve
