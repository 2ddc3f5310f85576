// JSON as programs write it; the library behind it stays in json.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace musicgen::common {

// An absent optional and a number that is not finite become null.
using JsonValue =
    std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, std::vector<double>>;

// One object; keys stay in the order they were set.
class JsonObject {
 public:
  JsonObject();
  ~JsonObject();
  JsonObject(JsonObject&&) noexcept;

  JsonObject& Set(std::string_view key, const JsonValue& value);
  JsonObject& Set(std::string_view key, const JsonObject& value);
  JsonObject& Set(std::string_view key, const std::vector<JsonObject>& values);
  template <class T>
  JsonObject& Set(std::string_view key, const std::optional<T>& value) {
    return Set(key, value ? JsonValue(*value) : JsonValue(nullptr));
  }

  std::string Compact() const;  // on one line, without spaces; invalid UTF-8 is replaced

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string JsonArray(const std::vector<int32_t>& values);  // on one line

}  // namespace musicgen::common
