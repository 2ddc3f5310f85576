#include "serve/routes/field.h"

#include <cmath>
#include <utility>

namespace musicgen::serve {
namespace {

Field Make(FieldType type, std::string name, std::string description) {
  Field field;
  field.type = type;
  field.name = std::move(name);
  field.description = std::move(description);
  return field;
}

Json TypeName(FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kFile:
      return "string";
    case FieldType::kNumber:
      return "number";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kObject:
      return "object";
    case FieldType::kAny:
      return nullptr;
  }
  return nullptr;
}

Json NumberJson(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e18) return static_cast<int64_t>(value);
  return value;
}

void AddLimits(const Field& field, Json& schema) {
  if (std::isfinite(field.least)) {
    schema[field.above ? "exclusiveMinimum" : "minimum"] = NumberJson(field.least);
  }
  if (std::isfinite(field.most)) schema["maximum"] = NumberJson(field.most);
  if (field.fewest_characters > 0) schema["minLength"] = field.fewest_characters;
  if (field.most_characters > 0) schema["maxLength"] = field.most_characters;
  if (!field.words.empty()) schema["enum"] = field.words;
}

}  // namespace

Field Text(std::string name, std::string description, size_t most_characters) {
  Field field = Make(FieldType::kText, std::move(name), std::move(description));
  field.most_characters = most_characters;
  return field;
}

Field Word(std::string name, std::string description, std::vector<std::string> words,
           Json default_value) {
  Field field = Make(FieldType::kText, std::move(name), std::move(description));
  field.words = std::move(words);
  field.default_value = std::move(default_value);
  return field;
}

Field Number(std::string name, std::string description, double least, double most,
             Json default_value) {
  Field field = Make(FieldType::kNumber, std::move(name), std::move(description));
  field.least = least;
  field.most = most;
  field.default_value = std::move(default_value);
  return field;
}

Field Integer(std::string name, std::string description, double least, double most,
              Json default_value) {
  Field field =
      Number(std::move(name), std::move(description), least, most, std::move(default_value));
  field.type = FieldType::kInteger;
  return field;
}

Field Boolean(std::string name, std::string description, Json default_value) {
  Field field = Make(FieldType::kBoolean, std::move(name), std::move(description));
  field.default_value = std::move(default_value);
  return field;
}

Field Object(std::string name, std::string description, std::vector<Field> inner) {
  Field field = Make(FieldType::kObject, std::move(name), std::move(description));
  field.inner = std::move(inner);
  return field;
}

Field Any(std::string name, std::string description) {
  return Make(FieldType::kAny, std::move(name), std::move(description));
}

Field File(std::string name, std::string description) {
  return Make(FieldType::kFile, std::move(name), std::move(description));
}

Field Required(Field field) {
  field.required = true;
  return field;
}

Field Above(Field field) {
  field.above = true;
  return field;
}

Json SchemaOf(const Field& field) {
  Json schema = Json::object();
  const Json type = TypeName(field.type);
  if (!type.is_null()) schema["type"] = type;
  if (field.type == FieldType::kObject && !field.inner.empty()) {
    schema = SchemaOf(field.inner, OtherFields::kIgnored);
  }
  if (field.type == FieldType::kFile) schema["contentMediaType"] = "application/octet-stream";
  AddLimits(field, schema);
  if (!field.required && field.type != FieldType::kFile && !type.is_null()) {
    schema["type"] = Json::array({type, "null"});
    if (!field.words.empty()) schema["enum"].push_back(nullptr);
  }
  if (!field.description.empty()) schema["description"] = field.description;
  if (!field.default_value.is_null()) schema["default"] = field.default_value;
  return schema;
}

Json SchemaOf(const std::vector<Field>& fields, OtherFields others, bool with_files) {
  Json properties = Json::object(), required = Json::array();
  for (const Field& field : fields) {
    if (field.type == FieldType::kFile && !with_files) continue;
    properties[field.name] = SchemaOf(field);
    if (field.required) required.push_back(field.name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (others == OtherFields::kRefused) schema["additionalProperties"] = false;
  return schema;
}

}  // namespace musicgen::serve
