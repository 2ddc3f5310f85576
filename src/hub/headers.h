// Headers of the hub's answers, and what they say. All of it comes from outside: what does not read
// as it should counts as absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musicgen::hub {

class Headers {
 public:
  // "Name: value"; other lines are left out, and those beyond a hundred.
  void Add(std::string_view line);
  void Clear() { lines_.clear(); }

  // The last of this name, in any case; empty when there is none.
  std::string Get(std::string_view name) const;
  // All of this name, joined by commas as HTTP has it.
  std::string GetAll(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;  // names in small letters
};

// W/"abc" → abc.
std::string ParseEtag(std::string_view value);

struct ContentRange {
  uint64_t first = 0, last = 0, total = 0;
};
// "bytes 5-9/10".
std::optional<ContentRange> ParseContentRange(std::string_view value);
std::optional<uint64_t> ParseSize(std::string_view value);

// The address of rel="next" in a Link header; empty when there is none.
std::string ParseNextLink(std::string_view value);

// Seconds to wait after a 429: RateLimit's t and one more when nothing remains, else Retry-After,
// else nothing.
std::optional<int> SecondsToWait(const Headers& headers);

// What the hub's people need to find a request in their records: " (request …)", or nothing.
std::string RequestId(const Headers& headers);

}  // namespace musicgen::hub
