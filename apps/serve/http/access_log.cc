#include "serve/http/access_log.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "common/json.h"

namespace musicgen::serve {
namespace {

constexpr size_t kMostCharacters = 256;

std::string Printable(std::string text) {
  if (text.size() > kMostCharacters) text.resize(kMostCharacters);
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return text;
}

std::string IsoTime(double unix_s) {
  const auto seconds = static_cast<std::time_t>(unix_s);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

std::string AccessLine(const AccessRecord& record, double unix_s) {
  common::JsonObject line;
  line.Set("time", IsoTime(unix_s))
      .Set("request", record.request)
      .Set("peer", Printable(record.peer))
      .Set("method", Printable(record.method))
      .Set("path", Printable(record.path))
      .Set("status", static_cast<int64_t>(record.status))
      .Set("bytes_received", record.bytes_received)
      .Set("bytes_sent", record.bytes_sent)
      .Set("seconds", std::round(record.seconds * 1e6) / 1e6);
  return line.Compact();
}

}  // namespace musicgen::serve
