#include "checkpoint/config.h"

#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/placeholder.h"
#include "checkpoint/json.h"
#include "checkpoint/yaml.h"

namespace musicgen::checkpoint {

struct Config::Node {
  std::shared_ptr<const JsonValue> document;  // owns `object`
  const JsonObject* object;
  std::string where;  // "config.json: decoder."
};

namespace {

constexpr size_t kMostBytes = size_t{64} << 20;
constexpr size_t kLongestName = 1000;

[[noreturn]] void ThrowFound(const std::string& where, const std::string& expected,
                             const JsonValue& found) {
  ThrowBadInput(where, ": expected ", expected, ", found ", Describe(found));
}

int64_t IntOf(const JsonValue& value, int64_t low, int64_t high, const std::string& where) {
  const auto* integer = value.as<int64_t>();
  if (integer == nullptr || *integer < low || *integer > high) {
    ThrowFound(where, StrCat("an integer in [", low, ", ", high, "]"), value);
  }
  return *integer;
}

double NumberOf(const JsonValue& value, double low, double high, const std::string& where) {
  double number = std::nan("");
  if (const auto* integer = value.as<int64_t>()) number = static_cast<double>(*integer);
  if (const auto* real = value.as<double>()) number = *real;
  if (!(number >= low && number <= high)) {
    ThrowFound(where, StrCat("a number in [", low, ", ", high, "]"), value);
  }
  return number;
}

const JsonArray& ListOf(const JsonValue& value, size_t most, const std::string& where) {
  const auto* list = value.as<JsonArray>();
  if (list == nullptr) ThrowFound(where, "a list", value);
  if (list->size() > most) {
    ThrowBadInput(where, ": expected a list of at most ", most, " items, found ", list->size());
  }
  return *list;
}

// The value of `key`, or null when it is absent or null in the file.
const JsonValue* Given(const JsonObject& object, const std::string& key) {
  const JsonValue* value = Find(object, key);
  return value == nullptr || value->null() ? nullptr : value;
}

}  // namespace

Config::Config(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

Config Config::ReadFile(const std::string& path) {
  const MappedFile file(path);
  RefusePlaceholder(file.bytes(), path);
  return Parse(file.bytes(), path);
}

Config Config::Parse(std::string_view text, const std::string& name) {
  const std::string where = Printable(name, kLongestName);
  if (text.size() > kMostBytes) {
    ThrowBadInput(where, ": expected at most ", kMostBytes, " bytes of JSON, found ", text.size());
  }
  return FromDocument(ParseJson(text, where), "a JSON object", where);
}

Config Config::ParseYaml(std::string_view text, const std::string& name) {
  const std::string where = Printable(name, kLongestName);
  return FromDocument(checkpoint::ParseYaml(text, where), "a YAML map", where);
}

Config Config::FromDocument(JsonValue value, const char* kind, const std::string& where) {
  auto document = std::make_shared<const JsonValue>(std::move(value));
  const auto* object = document->as<JsonObject>();
  if (object == nullptr) ThrowFound(where, kind, *document);
  return Config(std::make_shared<const Node>(Node{document, object, where + ": "}));
}

bool Config::Has(const std::string& key) const { return Given(*node_->object, key) != nullptr; }

std::vector<std::string> Config::Keys() const {
  std::vector<std::string> keys;
  for (const JsonMember& member : *node_->object) keys.push_back(member.key);
  return keys;
}

std::string Config::Json(const std::string& key) const {
  const JsonValue* value = Given(*node_->object, key);
  return value == nullptr ? "null" : ToJson(*value);
}

int64_t Config::Int(const std::string& key, int64_t otherwise, int64_t low, int64_t high) const {
  const JsonValue* value = Given(*node_->object, key);
  return value == nullptr ? otherwise : IntOf(*value, low, high, Where(key));
}

double Config::Number(const std::string& key, double otherwise, double low, double high) const {
  const JsonValue* value = Given(*node_->object, key);
  return value == nullptr ? otherwise : NumberOf(*value, low, high, Where(key));
}

bool Config::Bool(const std::string& key, bool otherwise) const {
  const JsonValue* value = Given(*node_->object, key);
  if (value == nullptr) return otherwise;
  const auto* flag = value->as<bool>();
  if (flag == nullptr) ThrowFound(Where(key), "true or false", *value);
  return *flag;
}

std::string Config::String(const std::string& key, const std::string& otherwise) const {
  const JsonValue* value = Given(*node_->object, key);
  if (value == nullptr) return otherwise;
  const auto* text = value->as<std::string>();
  if (text == nullptr) ThrowFound(Where(key), "a string", *value);
  return *text;
}

std::vector<int64_t> Config::Ints(const std::string& key, const std::vector<int64_t>& otherwise,
                                  int64_t low, int64_t high, size_t most) const {
  const JsonValue* value = Given(*node_->object, key);
  if (value == nullptr) return otherwise;
  std::vector<int64_t> result;
  for (const JsonValue& item : ListOf(*value, most, Where(key))) {
    result.push_back(IntOf(item, low, high, StrCat(Where(key), "[", result.size(), "]")));
  }
  return result;
}

std::vector<double> Config::Numbers(const std::string& key, const std::vector<double>& otherwise,
                                    double low, double high, size_t most) const {
  const JsonValue* value = Given(*node_->object, key);
  if (value == nullptr) return otherwise;
  std::vector<double> result;
  for (const JsonValue& item : ListOf(*value, most, Where(key))) {
    result.push_back(NumberOf(item, low, high, StrCat(Where(key), "[", result.size(), "]")));
  }
  return result;
}

std::vector<std::string> Config::Strings(const std::string& key,
                                         const std::vector<std::string>& otherwise,
                                         size_t most) const {
  const JsonValue* value = Given(*node_->object, key);
  if (value == nullptr) return otherwise;
  std::vector<std::string> result;
  for (const JsonValue& item : ListOf(*value, most, Where(key))) {
    const auto* text = item.as<std::string>();
    if (text == nullptr) {
      ThrowFound(StrCat(Where(key), "[", result.size(), "]"), "a string", item);
    }
    result.push_back(*text);
  }
  return result;
}

Config Config::Object(const std::string& key) const {
  static const JsonObject kEmpty;
  const JsonValue* value = Given(*node_->object, key);
  const JsonObject* object = value == nullptr ? &kEmpty : value->as<JsonObject>();
  if (object == nullptr) ThrowFound(Where(key), "an object", *value);
  return Config(std::make_shared<const Node>(Node{node_->document, object, Where(key) + "."}));
}

std::string Config::Where(const std::string& key) const { return node_->where + Printable(key); }

}  // namespace musicgen::checkpoint
