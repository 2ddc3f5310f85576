// JSON as the program writes and reads it; the library behind it stays in json.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace musicgen::cli {

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

// A line of a prompts file that holds a JSON object; an absent field and null mean none.
struct PromptFields {
  std::optional<std::string> prompt;
  std::optional<double> duration_s;
  std::optional<int64_t> seed;
  std::optional<std::string> melody, continue_file;
  bool from_json = false;  // then an absent melody means none, not the command line's
};
// Throws Error(kBadInput) whose sentence starts with `where`.
PromptFields ParsePromptFields(std::string_view line, const std::string& where);

}  // namespace musicgen::cli
