// Whether a request brings the key that is asked for.
#pragma once

#include <array>
#include <string>

#include "serve/http/message.h"

namespace musicgen::serve {

// In "Authorization: Bearer KEY", "Authorization: Token KEY" or "xi-api-key: KEY". Keys are
// compared by their hashes, all of them to the end, so that time tells nothing of the key.
class ApiKey {
 public:
  explicit ApiKey(const std::string& key);  // empty: none is asked for
  // Throws Refusal(401).
  void Check(const Request& request) const;

 private:
  using Hash = std::array<unsigned char, 32>;
  static Hash HashOf(std::string_view key);
  bool asked_for_;
  Hash hash_;
};

}  // namespace musicgen::serve
