#include "common/json_input.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/errors.h"

namespace musicgen::common {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostDepth = 16;
constexpr size_t kLongestFound = 80;  // bytes

}  // namespace

// The library keeps the last of two equal keys without a word; here they are an error.
Json ParseJson(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys(kMostDepth + 1);  // of the open objects, by depth
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMostDepth) BadInput(where + ": JSON nested too deeply");
    const auto level = static_cast<size_t>(depth);
    if (event == Json::parse_event_t::object_start && depth < kMostDepth) keys[level + 1].clear();
    if (event == Json::parse_event_t::key && !keys[level].insert(value.get<std::string>()).second) {
      BadInput(where + ": the key " + Found(value) + " stands there twice");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::exception& error) {
    const auto* syntax = dynamic_cast<const Json::parse_error*>(&error);
    BadInput(where + ": not valid JSON" +
             (syntax ? ": syntax error at byte " + std::to_string(syntax->byte) : ""));
  }
}

bool IsJson(std::string_view text) { return Json::accept(text.begin(), text.end()); }

bool IsUtf8(const std::string& text) {
  try {
    Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

std::string Found(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kLongestFound) return text;
  size_t end = kLongestFound;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // whole letters
  return text.substr(0, end) + "…";
}

}  // namespace musicgen::common
