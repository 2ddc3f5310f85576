#include "serve/routes/field_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "common/json_input.h"
#include "serve/http/failure.h"
#include "serve/http/multipart.h"

namespace musicgen::serve {
namespace {

using common::Found;

std::string Shown(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

// "a number from 0 to 100", as messages say it.
std::string Expected(const Field& field) {
  if (!field.words.empty()) {
    std::string list;
    for (size_t i = 0; i < field.words.size(); ++i) {
      if (i > 0) list += i + 1 == field.words.size() ? " or " : ", ";
      list += field.words[i];
    }
    return list;
  }
  std::string text;
  switch (field.type) {
    case FieldType::kText:
      text = "text";
      if (field.fewest_characters > 0 && field.most_characters > 0) {
        return text + " of " + std::to_string(field.fewest_characters) + " to " +
               std::to_string(field.most_characters) + " characters";
      }
      if (field.fewest_characters > 0) return text + " that is not empty";
      if (field.most_characters > 0) {
        return text + " of at most " + std::to_string(field.most_characters) + " characters";
      }
      return text;
    case FieldType::kBoolean:
      return "true or false";
    case FieldType::kObject:
      return "an object";
    case FieldType::kFile:
      return "a file in a multipart/form-data body";
    case FieldType::kAny:
      return "a value";
    case FieldType::kNumber:
      text = "a number";
      break;
    case FieldType::kInteger:
      text = "an integer";
      break;
  }
  if (field.least == field.most) return Shown(field.least);
  const bool least = std::isfinite(field.least), most = std::isfinite(field.most);
  if (least && field.above) text += " above " + Shown(field.least);
  if (least && !field.above) text += " from " + Shown(field.least);
  if (most)
    text += (least && field.above ? " and at most "
             : least              ? " to "
                                  : " of at most ") +
            Shown(field.most);
  return text;
}

size_t Characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool IsInRange(const Field& field, double value) {
  if (!std::isfinite(value)) return false;
  return (field.above ? value > field.least : value >= field.least) && value <= field.most;
}

bool Fits(const Field& field, const Json& value) {
  switch (field.type) {
    case FieldType::kText: {
      if (!value.is_string()) return false;
      const auto& text = value.get_ref<const std::string&>();
      if (!field.words.empty()) {
        return std::find(field.words.begin(), field.words.end(), text) != field.words.end();
      }
      const size_t characters = Characters(text);
      return characters >= field.fewest_characters &&
             (field.most_characters == 0 || characters <= field.most_characters);
    }
    case FieldType::kNumber:
      return value.is_number() && IsInRange(field, value.get<double>());
    case FieldType::kInteger:
      // 8.0 is an integer too: some languages write whole numbers so.
      return value.is_number() && IsInRange(field, value.get<double>()) &&
             (!value.is_number_float() || value.get<double>() == std::floor(value.get<double>()));
    case FieldType::kBoolean:
      return value.is_boolean();
    case FieldType::kObject:
      return value.is_object();
    case FieldType::kAny:
      return true;
    case FieldType::kFile:
      return false;
  }
  return false;
}

[[noreturn]] void Refuse(const Field& field, const std::string& name, const Json& value) {
  std::string found = Found(value);
  if (field.type == FieldType::kText && value.is_string() && field.words.empty()) {
    found = std::to_string(Characters(value.get_ref<const std::string&>())) + " characters";
  }
  RefuseInput(name, name + ": expected " + Expected(field) + ", found " + found);
}

[[noreturn]] void RefuseUnknown(const std::vector<Field>& fields, const std::string& name) {
  std::string known;
  for (const Field& field : fields) known += (known.empty() ? "" : ", ") + field.name;
  RefuseInput(name, "the field " + Found(name) + " is not known: expected " +
                        (known.empty() ? "none" : known));
}

const Field* FieldOf(const std::vector<Field>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

// A form's text as the JSON value that it stands for; where it stands for none, the text itself.
Json ValueOf(const Field& field, const std::string& text) {
  if (field.type == FieldType::kText) return text;
  if (!field.required && (text == "null" || text.empty())) return nullptr;
  if (field.type == FieldType::kBoolean) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return text;
  }
  if (field.type == FieldType::kAny || field.type == FieldType::kObject) {
    return common::ParseJson(text, field.name);
  }
  const char* end = text.data() + text.size();
  int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return integer;
  double number = 0;
  const auto real = std::from_chars(text.data(), end, number);
  if (real.ec == std::errc() && real.ptr == end && std::isfinite(number)) return number;
  return text;
}

void CheckUtf8(const std::string& name, const std::string& text) {
  if (!common::IsUtf8(text)) RefuseInput(name, name + ": expected UTF-8 text");
}

template <class Has>
void CheckRequired(const std::vector<Field>& fields, const std::string& prefix, const Has& has) {
  for (const Field& field : fields) {
    if (!field.required || has(field.name)) continue;
    const std::string name = prefix + field.name;
    RefuseInput(name, name + ": expected " + Expected(field) + ", found nothing");
  }
}

}  // namespace

void FieldValues::Take(const Field& field, const Json& value, const std::string& prefix) {
  const bool may_be_null = !field.required || field.type == FieldType::kAny;
  if (!(value.is_null() && may_be_null) && !Fits(field, value)) {
    Refuse(field, prefix + field.name, value);
  }
  if (field.type == FieldType::kObject && value.is_object() && !field.inner.empty()) {
    FromObject(field.inner, OtherFields::kIgnored, value, prefix + field.name + ".");
  }
  values_[field.name] = value;
}

FieldValues FieldValues::FromObject(const std::vector<Field>& fields, OtherFields others,
                                    const Json& object, const std::string& prefix) {
  FieldValues values;
  for (const auto& [name, value] : object.items()) {
    if (const Field* field = FieldOf(fields, name)) {
      values.Take(*field, value, prefix);
    } else if (others == OtherFields::kRefused) {
      RefuseUnknown(fields, name);
    }
  }
  CheckRequired(fields, prefix, [&](const std::string& name) { return object.contains(name); });
  return values;
}

FieldValues FieldValues::FromJson(const std::vector<Field>& fields, OtherFields others,
                                  std::string_view body) {
  const Json json = common::ParseJson(body, "body");
  if (!json.is_object()) {
    RefuseInput("", "body: expected a JSON object, found " + Found(json));
  }
  return FromObject(fields, others, json, "");
}

FieldValues FieldValues::FromMultipart(const std::vector<Field>& fields, OtherFields others,
                                       std::string_view content_type, std::string_view body) {
  FieldValues values;
  for (const Part& part : ParseMultipart(content_type, body)) {
    const Field* field = FieldOf(fields, part.name);
    if (!field) {
      if (others == OtherFields::kRefused) RefuseUnknown(fields, part.name);
      continue;
    }
    if (field->type == FieldType::kFile) {
      values.files_[field->name] = {part.data, part.file_name};
      continue;
    }
    const std::string text(part.data);
    CheckUtf8(field->name, text);
    values.Take(*field, ValueOf(*field, text), "");
  }
  CheckRequired(fields, "", [&](const std::string& name) {
    return values.values_.count(name) + values.files_.count(name) > 0;
  });
  return values;
}

FieldValues FieldValues::FromTexts(const std::vector<Field>& fields, OtherFields others,
                                   const std::map<std::string, std::string>& texts) {
  FieldValues values;
  for (const auto& [name, text] : texts) {
    const Field* field = FieldOf(fields, name);
    if (!field) {
      if (others == OtherFields::kRefused) RefuseUnknown(fields, name);
      continue;
    }
    CheckUtf8(name, text);
    values.Take(*field, ValueOf(*field, text), "");
  }
  CheckRequired(fields, "", [&](const std::string& name) { return texts.count(name) > 0; });
  return values;
}

const Json* FieldValues::Find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.is_null() ? nullptr : &found->second;
}

bool FieldValues::IsNull(const std::string& name) const {
  const auto found = values_.find(name);
  return found != values_.end() && found->second.is_null();
}

std::optional<std::string> FieldValues::Text(const std::string& name) const {
  const Json* value = Find(name);
  return value ? std::optional(value->get<std::string>()) : std::nullopt;
}

std::optional<double> FieldValues::Number(const std::string& name) const {
  const Json* value = Find(name);
  return value ? std::optional(value->get<double>()) : std::nullopt;
}

std::optional<int64_t> FieldValues::Integer(const std::string& name) const {
  const Json* value = Find(name);
  if (!value) return std::nullopt;
  return value->is_number_float() ? static_cast<int64_t>(value->get<double>())
                                  : value->get<int64_t>();
}

bool FieldValues::Boolean(const std::string& name, bool otherwise) const {
  const Json* value = Find(name);
  return value ? value->get<bool>() : otherwise;
}

const FileValue* FieldValues::File(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace musicgen::serve
