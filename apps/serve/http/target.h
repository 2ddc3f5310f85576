// What a request asks for: the part of its first line between method and version.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::serve {

struct Target {
  std::string path;                   // "/v1/jobs/a b", decoded; no "//"
  std::vector<std::string> segments;  // "v1", "jobs", "a b"; a last empty one after a slash
  std::map<std::string, std::string> query;
};

// Throws Refusal(400) for all on which a proxy may think otherwise: targets that don't begin with a
// slash ("http://host/", "*"), fragments, "." and ".." even if encoded, encoded slashes,
// backslashes and control characters, what is not UTF-8. Several slashes in a row count as one.
Target ParseTarget(std::string_view target);

}  // namespace musicgen::serve
