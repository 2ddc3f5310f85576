#include "serve/http/api_key.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

// The key in a header; empty: none.
std::string_view KeyIn(const Header& header) {
  const std::string_view value = header.value;
  if (SameName(header.name, "xi-api-key")) return value;
  if (!SameName(header.name, "Authorization")) return {};
  for (const std::string_view scheme : {"bearer ", "token "}) {
    if (value.size() <= scheme.size() || !SameName(value.substr(0, scheme.size()), scheme))
      continue;
    const size_t start = value.find_first_not_of(' ', scheme.size());
    return start == value.npos ? std::string_view() : value.substr(start);
  }
  return {};
}

}  // namespace

ApiKey::ApiKey(const std::string& key) : asked_for_(!key.empty()), hash_(HashOf(key)) {}

ApiKey::Hash ApiKey::HashOf(std::string_view key) {
  Hash hash;
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  return hash;
}

void ApiKey::Check(const Request& request) const {
  if (!asked_for_) return;
  bool right = false, any = false;
  for (const Header& header : request.headers) {
    const std::string_view key = KeyIn(header);
    if (key.empty()) continue;
    any = true;
    right |= CRYPTO_memcmp(HashOf(key).data(), hash_.data(), hash_.size()) == 0;
  }
  if (right) return;
  if (any) Refuse(401, "invalid_api_key", "The API key is not the one this server expects.");
  Refuse(401, "missing_api_key",
         "This server asks for an API key, in the header \"Authorization: Bearer KEY\".");
}

}  // namespace musicgen::serve
