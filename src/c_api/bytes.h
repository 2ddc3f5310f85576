// Results that are bytes or strings.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "musicgen/musicgen.h"

struct mg_bytes {
  static constexpr char kName[] = "mg_bytes";
  std::string bytes;
};

struct mg_strings {
  static constexpr char kName[] = "mg_strings";
  std::vector<std::string> strings;
};

namespace musicgen::c_api {

template <class Bytes>
std::shared_ptr<mg_bytes> MakeBytes(const Bytes& bytes) {
  return std::make_shared<mg_bytes>(mg_bytes{std::string(bytes.begin(), bytes.end())});
}
inline std::shared_ptr<mg_bytes> MakeBytes(std::string&& bytes) {
  return std::make_shared<mg_bytes>(mg_bytes{std::move(bytes)});
}

}  // namespace musicgen::c_api
