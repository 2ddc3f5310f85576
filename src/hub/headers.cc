#include "hub/headers.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"

namespace musicgen::hub {
namespace {

constexpr size_t kMostHeaders = 100, kLongestValue = 16384;
constexpr int kLongestWait_s = 3600;

std::string_view Trim(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::string Small(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

template <class T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// The number behind ";r=" or ";t=".
std::optional<int> Parameter(std::string_view value, std::string_view name) {
  const size_t at = value.find(name);
  if (at == value.npos) return std::nullopt;
  value.remove_prefix(at + name.size());
  return Number<int>(Trim(value.substr(0, value.find_first_of(";,"))));
}

}  // namespace

void Headers::Add(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == line.npos || colon == 0 || lines_.size() >= kMostHeaders) return;
  const std::string_view value = Trim(line.substr(colon + 1));
  if (value.size() > kLongestValue) return;
  lines_.emplace_back(Small(Trim(line.substr(0, colon))), value);
}

std::string Headers::Get(std::string_view name) const {
  const std::string small = Small(name);
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (line->first == small) return line->second;
  }
  return "";
}

std::string Headers::GetAll(std::string_view name) const {
  const std::string small = Small(name);
  std::string all;
  for (const auto& [key, value] : lines_) {
    if (key == small) all += (all.empty() ? "" : ", ") + value;
  }
  return all;
}

std::string ParseEtag(std::string_view value) {
  if (value.starts_with("W/")) value.remove_prefix(2);
  while (!value.empty() && value.front() == '"') value.remove_prefix(1);
  while (!value.empty() && value.back() == '"') value.remove_suffix(1);
  return std::string(value);
}

std::optional<uint64_t> ParseSize(std::string_view value) { return Number<uint64_t>(value); }

std::optional<ContentRange> ParseContentRange(std::string_view value) {
  constexpr std::string_view kBytes = "bytes ";
  if (!value.starts_with(kBytes)) return std::nullopt;
  value.remove_prefix(kBytes.size());
  const size_t dash = value.find('-'), slash = value.find('/');
  if (dash == value.npos || slash == value.npos || slash < dash) return std::nullopt;
  const auto first = ParseSize(value.substr(0, dash));
  const auto last = ParseSize(value.substr(dash + 1, slash - dash - 1));
  const auto total = ParseSize(value.substr(slash + 1));
  if (!first || !last || !total || *first > *last || *last >= *total) return std::nullopt;
  return ContentRange{*first, *last, *total};
}

std::string ParseNextLink(std::string_view value) {
  for (size_t at = 0; (at = value.find('<', at)) != value.npos;) {
    const size_t end = value.find('>', at);
    if (end == value.npos) return "";
    const std::string_view address = value.substr(at + 1, end - at - 1);
    // The parameters reach to the next address; a comma may stand inside that one.
    const std::string parameters = Small(value.substr(end, value.find('<', end) - end));
    if (parameters.find("rel=\"next\"") != std::string::npos ||
        parameters.find("rel=next") != std::string::npos) {
      return std::string(address);
    }
    at = end;
  }
  return "";
}

std::optional<int> SecondsToWait(const Headers& headers) {
  std::string limit = headers.Get("RateLimit");  // "resolvers";r=0;t=55
  limit.erase(std::remove(limit.begin(), limit.end(), ' '), limit.end());
  const auto left = Parameter(limit, ";r="), reset = Parameter(limit, ";t=");
  std::optional<int> wait;
  if (left && *left == 0 && reset && *reset < kLongestWait_s) wait = *reset + 1;
  if (!wait) wait = Number<int>(headers.Get("Retry-After"));
  if (!wait || *wait < 0 || *wait > kLongestWait_s) return std::nullopt;
  return wait;
}

std::string RequestId(const Headers& headers) {
  for (const char* name : {"X-Request-Id", "X-Amzn-Trace-Id"}) {
    const std::string id = headers.Get(name);
    if (!id.empty()) return StrCat(" (request ", Printable(id), ")");
  }
  return "";
}

}  // namespace musicgen::hub
