#include "common/json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace musicgen::common {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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

JsonObject& JsonObject::Set(std::string_view key, const std::vector<JsonObject>& values) {
  Json& slot = impl_->json[std::string(key)] = Json::array();
  for (const JsonObject& value : values) slot.push_back(value.impl_->json);
  return *this;
}

std::string JsonObject::Compact() const { return Dump(impl_->json); }

std::string JsonArray(const std::vector<int32_t>& values) { return Dump(Json(values)); }

}  // namespace musicgen::common
