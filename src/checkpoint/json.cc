#include "checkpoint/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"

namespace musicgen::checkpoint {
namespace {

using Library = nlohmann::json;

[[noreturn]] void ThrowNotJson(std::string_view text, size_t position, const std::string& reason,
                               const std::string& where) {
  const std::string_view before = text.substr(0, position);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = before.size() - (newline == before.npos ? 0 : newline + 1) + 1;
  ThrowBadInput(where, ": not valid JSON at line ", line, ", column ", column, ": ",
                Printable(reason, 160));
}

// The library's own tree is not used: copying or comparing a deeply nested one recurses without
// bound, and it keeps the last of repeated keys. This receives its events instead.
class TreeBuilder : public nlohmann::json_sax<Library> {
 public:
  TreeBuilder(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  JsonValue Take() { return std::move(root_); }

  bool null() override { return Scalar(std::monostate()); }
  bool boolean(bool value) override { return Scalar(value); }
  bool number_integer(number_integer_t value) override { return Scalar(int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Scalar(static_cast<double>(value));
    }
    return Scalar(static_cast<int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return Scalar(value); }
  bool string(string_t& value) override { return Scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // not in JSON text
  bool start_object(size_t) override { return Open(JsonObject()); }
  bool start_array(size_t) override { return Open(JsonArray()); }
  bool key(string_t& key) override {
    std::get<JsonObject>(open_.back()->is).push_back({std::move(key), JsonValue()});
    return true;
  }
  bool end_object() override;
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override;

 private:
  // The place of the value that comes next. A container does not grow while one inside it is open,
  // so the pointers in `open_` stay valid.
  JsonValue* Place() {
    if (++values_ > kJsonMostValues) {
      ThrowBadInput(where_, ": holds more than ", kJsonMostValues, " JSON values");
    }
    if (open_.empty()) return &root_;
    if (auto* object = std::get_if<JsonObject>(&open_.back()->is)) return &object->back().value;
    return &std::get<JsonArray>(open_.back()->is).emplace_back();
  }
  template <class T>
  bool Scalar(T&& value) {
    Place()->is = std::forward<T>(value);
    return true;
  }
  template <class T>
  bool Open(T container) {
    if (open_.size() == kJsonMostDepth) {
      ThrowBadInput(where_, ": JSON is nested more than ", kJsonMostDepth, " levels deep");
    }
    JsonValue* place = Place();
    place->is = std::move(container);
    open_.push_back(place);
    return true;
  }

  // The keys that lead to the innermost open container, "decoder.".
  std::string Parents() const {
    std::string path;
    for (size_t i = 0; i + 1 < open_.size(); ++i) {
      const auto* object = open_[i]->as<JsonObject>();
      if (object != nullptr) path += Printable(object->back().key) + ".";
    }
    return Printable(path, 400);
  }

  std::string_view text_;
  const std::string& where_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  size_t values_ = 0;
};

bool TreeBuilder::end_object() {
  auto& members = std::get<JsonObject>(open_.back()->is);
  std::sort(members.begin(), members.end(),
            [](const JsonMember& a, const JsonMember& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(members.begin(), members.end(),
                         [](const JsonMember& a, const JsonMember& b) { return a.key == b.key; });
  if (twice != members.end()) {
    ThrowBadInput(where_, ": ", Parents(), Printable(twice->key), ": this key appears twice");
  }
  open_.pop_back();
  return true;
}

bool TreeBuilder::parse_error(size_t position, const std::string&,
                              const nlohmann::detail::exception& error) {
  // "[json.exception…] parse error at line 1, column 2: syntax error while parsing value - invalid
  // literal; last read: '…'; expected …" without the parts that repeat the text.
  const std::string message = error.what();
  const size_t begin = message.find(" - ");
  const size_t read = message.find("; last read: ");
  const size_t expected = message.rfind("; expected ");
  std::string reason = begin != std::string::npos ? message.substr(begin + 3, read - begin - 3)
                       : message.find("number overflow") != std::string::npos ? "a number too large"
                                                                              : "not JSON";
  if (expected != std::string::npos && read != std::string::npos && expected > read) {
    reason += message.substr(expected);
  }
  ThrowNotJson(text_, position == 0 ? 0 : position - 1, reason, where_);
}

std::string DescribeReal(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  std::string text(digits, end);
  // 2.0 is told apart from 2; integers beyond 64 bits are real too.
  if (std::abs(value) < 0x1p63 && text.find_first_not_of("-0123456789") == std::string::npos) {
    text += ".0";
  }
  return text;
}

}  // namespace

JsonValue ParseJson(std::string_view text, const std::string& where) {
  // The library would skip the mark and take the byte for the end of the text; JSON has neither.
  if (text.starts_with("\xef\xbb\xbf")) ThrowNotJson(text, 0, "a byte order mark", where);
  if (const size_t zero = text.find('\0'); zero != text.npos) {
    ThrowNotJson(text, zero, "a zero byte", where);
  }
  TreeBuilder builder(text, where);
  if (!Library::sax_parse(text.begin(), text.end(), &builder)) {
    ThrowBadInput(where, ": not valid JSON");
  }
  return builder.Take();
}

const JsonValue* Find(const JsonObject& object, std::string_view key) {
  const auto found =
      std::lower_bound(object.begin(), object.end(), key,
                       [](const JsonMember& a, std::string_view b) { return a.key < b; });
  return found != object.end() && found->key == key ? &found->value : nullptr;
}

JsonObject MakeObject(std::vector<JsonMember> members) {
  std::sort(members.begin(), members.end(),
            [](const JsonMember& a, const JsonMember& b) { return a.key < b.key; });
  return members;
}

void Set(JsonObject* object, std::string_view key, JsonValue value) {
  const auto place =
      std::lower_bound(object->begin(), object->end(), key,
                       [](const JsonMember& a, std::string_view b) { return a.key < b; });
  if (place != object->end() && place->key == key) {
    place->value = std::move(value);
  } else {
    object->insert(place, {std::string(key), std::move(value)});
  }
}

std::string Describe(const JsonValue& value) {
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* integer = value.as<int64_t>()) return std::to_string(*integer);
  if (const auto* real = value.as<double>()) return DescribeReal(*real);
  if (const auto* text = value.as<std::string>()) return StrCat('"', Printable(*text, 40), '"');
  if (value.as<JsonArray>() != nullptr) return "a list";
  if (value.as<JsonObject>() != nullptr) return "an object";
  return "null";
}

std::string ToJson(const JsonValue& value) {
  std::string text;
  if (const auto* array = value.as<JsonArray>()) {
    for (const JsonValue& item : *array) text += StrCat(text.empty() ? "" : ",", ToJson(item));
    return StrCat("[", text, "]");
  }
  if (const auto* object = value.as<JsonObject>()) {
    for (const JsonMember& member : *object) {
      text += StrCat(text.empty() ? "" : ",", QuoteJson(member.key), ":", ToJson(member.value));
    }
    return StrCat("{", text, "}");
  }
  if (const auto* string = value.as<std::string>()) return QuoteJson(*string);
  if (const auto* real = value.as<double>()) return DescribeReal(*real);
  return Describe(value);
}

std::string QuoteJson(std::string_view text) {
  return Library(std::string(text)).dump(-1, ' ', false, Library::error_handler_t::replace);
}

}  // namespace musicgen::checkpoint
