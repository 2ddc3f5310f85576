// Which route a request is for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "serve/http/route.h"

namespace musicgen::serve {

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<std::string> parameters;
  std::string allowed;  // where only the method does not fit: "GET, HEAD, POST"
};

// Finds routes by their patterns; where several fit, the one with words where others have names.
class RouteTable {
 public:
  // Throws std::logic_error for a pattern that does not begin with a slash, and a route that comes
  // twice.
  explicit RouteTable(std::vector<Route> routes);

  // Neither a route nor `allowed`: nothing is served there. HEAD finds GET's routes.
  RouteMatch Find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;
  };
  std::vector<Entry> entries_;
};

}  // namespace musicgen::serve
