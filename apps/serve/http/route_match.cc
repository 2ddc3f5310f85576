#include "serve/http/route_match.h"

#include <set>
#include <stdexcept>
#include <utility>

namespace musicgen::serve {
namespace {

bool IsName(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> SegmentsOf(const std::string& pattern) {
  if (!pattern.starts_with('/')) throw std::logic_error("pattern " + pattern);
  std::vector<std::string> segments;
  for (size_t at = 0; at != pattern.npos;) {
    const size_t end = pattern.find('/', at + 1);
    segments.push_back(pattern.substr(at + 1, end == pattern.npos ? end : end - at - 1));
    at = end;
  }
  return segments;
}

bool Fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (IsName(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  }
  return true;
}

// From the left, a word goes before a name.
bool Closer(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (IsName(a[i]) != IsName(b[i])) return IsName(b[i]);
  }
  return false;
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes) {
  std::set<std::pair<std::string, std::string>> seen;
  for (Route& route : routes) {
    if (!seen.emplace(route.method, route.pattern).second) {
      throw std::logic_error("two routes " + route.method + " " + route.pattern);
    }
    std::vector<std::string> segments = SegmentsOf(route.pattern);
    entries_.push_back({std::move(route), std::move(segments)});
  }
}

RouteMatch RouteTable::Find(std::string_view method,
                            const std::vector<std::string>& segments) const {
  if (method == "HEAD") method = "GET";
  const Entry* best = nullptr;
  std::set<std::string> methods;
  for (const Entry& entry : entries_) {
    if (!Fits(entry.segments, segments)) continue;
    methods.insert(entry.route.method);
    if (entry.route.method != method) continue;
    if (!best || Closer(entry.segments, best->segments)) best = &entry;
  }
  RouteMatch match;
  if (!best) {
    if (methods.contains("GET")) methods.insert("HEAD");
    for (const std::string& name : methods)
      match.allowed += (match.allowed.empty() ? "" : ", ") + name;
    return match;
  }
  match.route = &best->route;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (IsName(best->segments[i])) match.parameters.push_back(segments[i]);
  }
  return match;
}

}  // namespace musicgen::serve
