#include "checkpoint/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <streambuf>
#include <utility>
#include <vector>

#include "base/error.h"

namespace musicgen::checkpoint {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kMostValues = size_t{1} << 16;
constexpr int kMostHops = 8;  // of references to references

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsDecimalInteger(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  // A leading zero would mean octal in YAML 1.1.
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

JsonValue PlainScalar(const std::string& text) {
  if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) {
    return {true};
  }
  if (IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    return {false};
  }
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  if (IsDecimalInteger(text)) {
    int64_t integer = 0;
    const auto [stop, error] = std::from_chars(begin, end, integer);
    if (error == std::errc() && stop == end) return {integer};
  }
  if (text.find_first_not_of("+-.0123456789eE") == text.npos &&
      text.find_first_of("0123456789") != text.npos && text.find_first_of(".eE") != text.npos) {
    double number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error == std::errc() && stop == end && std::isfinite(number)) return {number};
  }
  return {text};
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& where) : where_(where) {}

  JsonValue Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Refuse(mark, "?", anchor);
    Value(mark, {}, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Fail(mark, "an alias"); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    Refuse(mark, tag, anchor);
    // The library tags quoted and literal text with "!".
    Value(mark, tag == "!" ? JsonValue{text} : PlainScalar(text), text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Refuse(mark, tag, anchor);
    Open(mark, {JsonArray()});
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Refuse(mark, tag, anchor);
    Open(mark, {JsonObject()});
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapEnd() override;

 private:
  // A container being filled; a map alternates between keys and values.
  struct Level {
    JsonValue* container;
    bool expects_value = false;
  };

  [[noreturn]] void Fail(const YAML::Mark& mark, const std::string& what) const {
    ThrowBadInput(where_, ": YAML at line ", mark.line + 1, ", column ", mark.column + 1, ": ",
                  what, " is not supported");
  }
  void Refuse(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) Fail(mark, "an anchor");
    if (!IsOneOf(tag, {"", "?", "!"})) Fail(mark, "a tag");
  }

  // The place of the value that comes next. A container does not grow while one inside it is open,
  // so the pointers stay valid.
  JsonValue* Place(const YAML::Mark& mark) {
    if (++values_ > kMostValues) {
      ThrowBadInput(where_, ": holds more than ", kMostValues, " YAML values");
    }
    if (open_.empty()) return &root_;
    Level& level = open_.back();
    if (auto* object = std::get_if<JsonObject>(&level.container->is)) {
      if (!level.expects_value) Fail(mark, "a key that is not a scalar");
      level.expects_value = false;
      return &object->back().value;
    }
    return &std::get<JsonArray>(level.container->is).emplace_back();
  }
  void Value(const YAML::Mark& mark, JsonValue value, const std::string& text) {
    if (!open_.empty() && !open_.back().expects_value) {
      if (auto* object = std::get_if<JsonObject>(&open_.back().container->is)) {
        if (text == "<<") Fail(mark, "a merge key");
        open_.back().expects_value = true;
        object->push_back({text, JsonValue()});
        return;
      }
    }
    *Place(mark) = std::move(value);
  }
  void Open(const YAML::Mark& mark, JsonValue container) {
    if (open_.size() == kJsonMostDepth) {
      ThrowBadInput(where_, ": YAML is nested more than ", kJsonMostDepth, " levels deep");
    }
    JsonValue* place = Place(mark);
    *place = std::move(container);
    open_.push_back({place});
  }

  const std::string& where_;
  JsonValue root_;
  std::vector<Level> open_;
  size_t values_ = 0;
};

void TreeBuilder::OnMapEnd() {
  auto& members = std::get<JsonObject>(open_.back().container->is);
  std::sort(members.begin(), members.end(),
            [](const JsonMember& a, const JsonMember& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(members.begin(), members.end(),
                         [](const JsonMember& a, const JsonMember& b) { return a.key == b.key; });
  if (twice != members.end()) {
    ThrowBadInput(where_, ": YAML key ", Printable(twice->key), " appears twice");
  }
  open_.pop_back();
}

// Reads memory that stays where it is.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// The path inside "${…}" when the text is one absolute reference and nothing else; else empty.
std::string_view ReferencePath(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return {};
  const std::string_view path = text.substr(2, text.size() - 3);
  return path.starts_with('.') || path.find_first_of("${}:[]") != path.npos ? std::string_view()
                                                                            : path;
}

const JsonValue* Follow(const JsonValue& root, std::string_view path) {
  const JsonValue* value = &root;
  while (true) {
    const auto* object = value->as<JsonObject>();
    const size_t dot = std::min(path.find('.'), path.size());
    value = object == nullptr ? nullptr : Find(*object, path.substr(0, dot));
    if (value == nullptr || dot == path.size()) return value;
    path.remove_prefix(dot + 1);
  }
}

// Only scalars are put in place of references, so the tree does not grow.
void Resolve(const JsonValue& root, JsonValue* value) {
  if (auto* object = std::get_if<JsonObject>(&value->is)) {
    for (JsonMember& member : *object) Resolve(root, &member.value);
  } else if (auto* array = std::get_if<JsonArray>(&value->is)) {
    for (JsonValue& item : *array) Resolve(root, &item);
  } else {
    const JsonValue* target = value;
    for (int hop = 0; hop <= kMostHops; ++hop) {
      const auto* text = target->as<std::string>();
      const std::string_view path = text == nullptr ? std::string_view() : ReferencePath(*text);
      if (path.empty()) {
        const bool scalar = target->as<JsonObject>() == nullptr && !target->as<JsonArray>();
        if (target != value && scalar) *value = JsonValue(*target);
        return;
      }
      target = Follow(root, path);
      if (target == nullptr) return;
    }
  }
}

}  // namespace

JsonValue ParseYaml(std::string_view text, const std::string& where) {
  if (text.size() > kMostBytes) {
    ThrowBadInput(where, ": expected at most ", kMostBytes, " bytes of YAML, found ", text.size());
  }
  // The library takes either for the end of the text.
  if (const size_t odd = text.find_first_of(std::string_view("\0\x04", 2)); odd != text.npos) {
    ThrowBadInput(where, ": not valid YAML: a control character at byte ", odd);
  }
  TreeBuilder builder(where);
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder) && parser.HandleNextDocument(builder)) {
      ThrowBadInput(where, ": expected one YAML document, found several");
    }
  } catch (const YAML::Exception& error) {
    ThrowBadInput(where, ": not valid YAML at line ", error.mark.line + 1, ", column ",
                  error.mark.column + 1, ": ", Printable(error.msg, 160));
  }
  JsonValue root = builder.Take();
  Resolve(root, &root);
  return root;
}

}  // namespace musicgen::checkpoint
