#include "serve/http/target.h"

#include <algorithm>
#include <optional>

#include "serve/http/failure.h"
#include "serve/http/percent_decode.h"

namespace musicgen::serve {
namespace {

constexpr size_t kMostParameters = 100;

[[noreturn]] void RefuseTarget(const std::string& message) { Refuse(400, "bad_target", message); }

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }

std::string Decoded(std::string_view text, const char* where) {
  std::optional<std::string> decoded = PercentDecode(text);
  if (!decoded) {
    RefuseTarget(std::string(where) + " has a % without two hexadecimal digits behind it.");
  }
  if (!IsUtf8(*decoded)) RefuseTarget(std::string(where) + " is not UTF-8.");
  return *std::move(decoded);
}

std::string Segment(std::string_view raw) {
  std::string segment = Decoded(raw, "The path");
  if (segment == "." || segment == "..") RefuseTarget("The path may not hold \".\" or \"..\".");
  const auto forbidden = [](char c) { return c == '/' || c == '\\' || IsControl(c); };
  if (std::ranges::any_of(segment, forbidden)) {
    RefuseTarget("The path holds an encoded slash, a backslash or a control character.");
  }
  return segment;
}

void SplitPath(std::string_view path, Target& target) {
  while (!path.empty()) {
    path.remove_prefix(1);  // its slash
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view raw = path.substr(0, end);
    path.remove_prefix(end);
    if (raw.empty() && !path.empty()) continue;
    target.segments.push_back(Segment(raw));
    target.path += "/" + target.segments.back();
  }
}

void SplitQuery(std::string_view query, Target& target) {
  size_t parameters = 0;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    std::string pair(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (++parameters > kMostParameters) {
      RefuseTarget("The query has more than " + std::to_string(kMostParameters) + " parameters.");
    }
    std::ranges::replace(pair, '+', ' ');
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view view = pair;
    target.query[Decoded(view.substr(0, equals), "The query")] =
        Decoded(view.substr(std::min(equals + 1, view.size())), "The query");
  }
}

}  // namespace

Target ParseTarget(std::string_view target) {
  if (!target.starts_with('/')) RefuseTarget("The request's target has to begin with a slash.");
  if (target.find('#') != target.npos) RefuseTarget("The request's target holds a fragment.");
  const size_t mark = std::min(target.find('?'), target.size());
  Target parsed;
  SplitPath(target.substr(0, mark), parsed);
  SplitQuery(target.substr(std::min(mark + 1, target.size())), parsed);
  return parsed;
}

}  // namespace musicgen::serve
