#include "cli/json.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cli/errors.h"

namespace musicgen::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The library keeps the last of two equal keys without a word; here they are an error.
Json ParseObject(std::string_view line, const std::string& where) {
  std::set<std::string> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event != Json::parse_event_t::key || depth != 1) return true;
    if (!keys.insert(value.get<std::string>()).second) {
      BadInput(where + ": the key " + Dump(value) + " stands there twice");
    }
    return true;
  };
  try {
    Json json = Json::parse(line.begin(), line.end(), watch);
    if (!json.is_object()) BadInput(where + ": expected one JSON object");
    return json;
  } catch (const Json::parse_error& error) {
    BadInput(where + ": not a JSON object: syntax error at byte " + std::to_string(error.byte));
  }
}

}  // namespace

struct JsonObject::Impl {
  Json json = Json::object();
};

JsonObject::JsonObject() : impl_(std::make_unique<Impl>()) {}
JsonObject::~JsonObject() = default;
JsonObject::JsonObject(JsonObject&&) noexcept = default;

JsonObject& JsonObject::Set(std::string_view key, const JsonValue& value) {
  Json& slot = impl_->json[std::string(key)];
  std::visit([&](const auto& v) { slot = v; }, value);
  return *this;
}

JsonObject& JsonObject::Set(std::string_view key, const JsonObject& value) {
  impl_->json[std::string(key)] = value.impl_->json;
  return *this;
}

std::string JsonObject::Compact() const { return Dump(impl_->json); }

std::string JsonArray(const std::vector<int32_t>& values) { return Dump(Json(values)); }

PromptFields ParsePromptFields(std::string_view line, const std::string& where) {
  PromptFields fields;
  fields.from_json = true;
  const Json object = ParseObject(line, where);
  for (const auto& [key, value] : object.items()) {
    const bool known = key == "prompt" || key == "duration" || key == "seed" || key == "melody" ||
                       key == "continue";
    if (!known) {
      BadInput(where + ": unknown field " + Dump(Json(key)) +
               ": expected prompt, duration, seed, melody or continue");
    }
    if (value.is_null()) continue;
    if (key == "prompt" || key == "melody" || key == "continue") {
      if (!value.is_string()) {
        BadInput(where + ": " + key + ": expected a string, found " + Dump(value));
      }
      (key == "prompt"   ? fields.prompt
       : key == "melody" ? fields.melody
                         : fields.continue_file) = value.get<std::string>();
    } else if (key == "duration") {
      if (!value.is_number()) {
        BadInput(where + ": duration: expected a number of seconds, found " + Dump(value));
      }
      fields.duration_s = value.get<double>();
    } else {
      const bool fits = value.is_number_integer() &&
                        (!value.is_number_unsigned() || value.get<uint64_t>() <= INT64_MAX);
      if (!fits) BadInput(where + ": seed: expected a whole number, found " + Dump(value));
      fields.seed = value.get<int64_t>();
    }
  }
  return fields;
}

}  // namespace musicgen::cli
