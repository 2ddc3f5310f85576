// The fields of requests: tables from which bodies are read, faults are told and the JSON schema of
// /openapi.json is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace musicgen::serve {

using Json = nlohmann::ordered_json;

enum class FieldType { kText, kNumber, kInteger, kBoolean, kObject, kAny, kFile };

// What is optional may also be null, which says the same as leaving it out.
struct Field {
  std::string name;
  FieldType type = FieldType::kText;
  std::string description;
  Json default_value = nullptr;  // what its absence means; null: told in the description
  bool required = false;
  // Of numbers. `above`: the least itself is not allowed.
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above = false;
  // Of texts. Characters are Unicode's.
  size_t fewest_characters = 0;
  size_t most_characters = 0;      // 0: no limit
  std::vector<std::string> words;  // the only values; empty: any
  // Of objects: what is in them; others are ignored. Empty: anything.
  std::vector<Field> inner;
};

// Short forms for tables.
Field Text(std::string name, std::string description, size_t most_characters = 0);
Field Word(std::string name, std::string description, std::vector<std::string> words,
           Json default_value = nullptr);
Field Number(std::string name, std::string description, double least, double most,
             Json default_value = nullptr);
Field Integer(std::string name, std::string description, double least, double most,
              Json default_value = nullptr);
Field Boolean(std::string name, std::string description, Json default_value = nullptr);
Field Object(std::string name, std::string description, std::vector<Field> inner);
Field Any(std::string name, std::string description);
Field File(std::string name, std::string description);
Field Required(Field field);
Field Above(Field field);  // its least value itself is refused

// What becomes of fields that are not in the table.
enum class OtherFields { kRefused, kIgnored };

// The schema of an object with these fields, without those of files where `with_files` is false.
Json SchemaOf(const std::vector<Field>& fields, OtherFields others, bool with_files = false);
// Of one field's value.
Json SchemaOf(const Field& field);

}  // namespace musicgen::serve
