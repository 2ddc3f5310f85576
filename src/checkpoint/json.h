// JSON text as a tree of values, read as hostile input: its size, depth and number of values are
// bounded, keys must not repeat, text must be UTF-8, and NaN and Infinity are not numbers. The JSON
// library stays behind this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace musicgen::checkpoint {

struct JsonMember;
struct JsonValue;
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  // sorted by key

struct JsonValue {
  // A number is an integer when it is written as one and fits 64 bits.
  std::variant<std::monostate, bool, int64_t, double, std::string, JsonArray, JsonObject> is;

  bool null() const { return std::holds_alternative<std::monostate>(is); }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&is);
  }
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

inline constexpr size_t kJsonMostDepth = 64;
inline constexpr size_t kJsonMostValues = size_t{1} << 20;

// Throws Error(kBadInput) beginning with `where`.
JsonValue ParseJson(std::string_view text, const std::string& where);

// The value of `key`, or null when there is none.
const JsonValue* Find(const JsonObject& object, std::string_view key);

// An object of these members in any order; their keys must differ.
JsonObject MakeObject(std::vector<JsonMember> members);
// Replaces the value of `key`, or adds it.
void Set(JsonObject* object, std::string_view key, JsonValue value);

// What a message says was found: 17, "text", a list, an object, …; one short line.
std::string Describe(const JsonValue& value);

// JSON text of the value, on one line.
std::string ToJson(const JsonValue& value);

// `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string QuoteJson(std::string_view text);

}  // namespace musicgen::checkpoint
