// JSON configuration files and YAML texts, read as hostile input: depth, size, duplicate keys,
// types and ranges are checked, and every complaint is one sentence naming the file and the key.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musicgen::checkpoint {

struct JsonValue;

// An object of a JSON document, immutable and cheap to copy.
class Config {
 public:
  // Throw Error(kBadInput). `name` stands for the text in messages.
  static Config ReadFile(const std::string& path);
  static Config Parse(std::string_view text, const std::string& name);
  static Config ParseYaml(std::string_view text, const std::string& name);

  bool Has(const std::string& key) const;  // present and not null
  std::vector<std::string> Keys() const;   // sorted; those whose value is null too

  // The value of `key`, or `otherwise` when it is absent or null. Another type or a value outside
  // [low, high] throws.
  int64_t Int(const std::string& key, int64_t otherwise, int64_t low, int64_t high) const;
  double Number(const std::string& key, double otherwise, double low, double high) const;
  bool Bool(const std::string& key, bool otherwise) const;
  std::string String(const std::string& key, const std::string& otherwise) const;
  std::vector<int64_t> Ints(const std::string& key, const std::vector<int64_t>& otherwise,
                            int64_t low, int64_t high, size_t most) const;
  std::vector<double> Numbers(const std::string& key, const std::vector<double>& otherwise,
                              double low, double high, size_t most) const;
  std::vector<std::string> Strings(const std::string& key,
                                   const std::vector<std::string>& otherwise, size_t most) const;
  // The object under `key`; an empty one when it is absent or null.
  Config Object(const std::string& key) const;

  // The value under `key`, of any type, as JSON; "null" when it is absent.
  std::string Json(const std::string& key) const;

  // "config.json: decoder.hidden_size" — how messages name a key of this object.
  std::string Where(const std::string& key) const;

  struct Node;  // an object of the parsed document and its place

 private:
  static Config FromDocument(JsonValue document, const char* kind, const std::string& where);
  explicit Config(std::shared_ptr<const Node> node);
  std::shared_ptr<const Node> node_;
};

}  // namespace musicgen::checkpoint
