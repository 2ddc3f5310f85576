#include "api/devices.h"

#include <type_traits>

#include "c_api/arguments.h"
#include "c_api/guard.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_devices {
  static constexpr char kName[] = "mg_devices";
  std::vector<GraphicsCard> cards;
};

namespace {

template <class T>
auto Field(const mg_devices* devices, size_t index, T GraphicsCard::*field) {
  return Value([&] {
    const auto list = Get(devices);
    CheckIndex("devices", index, list->cards.size());
    const T& value = list->cards[index].*field;
    if constexpr (std::is_same_v<T, std::string>) {
      return value.c_str();  // the handle keeps it
    } else {
      return value;
    }
  });
}

}  // namespace

mg_status mg_devices_list(mg_devices** out) {
  return Create(out, [] { return std::make_shared<mg_devices>(mg_devices{api::GraphicsCards()}); });
}

size_t mg_devices_count(const mg_devices* devices) {
  return Value([&] { return Get(devices)->cards.size(); });
}

const char* mg_devices_name(const mg_devices* devices, size_t index) {
  return Field(devices, index, &GraphicsCard::name);
}

const char* mg_devices_driver(const mg_devices* devices, size_t index) {
  return Field(devices, index, &GraphicsCard::driver);
}

const char* mg_devices_kind(const mg_devices* devices, size_t index) {
  return Field(devices, index, &GraphicsCard::kind);
}

uint64_t mg_devices_memory_bytes(const mg_devices* devices, size_t index) {
  return Field(devices, index, &GraphicsCard::memory_bytes);
}

const char* mg_devices_arithmetic(const mg_devices* devices, size_t index) {
  return Field(devices, index, &GraphicsCard::arithmetic);
}

void mg_devices_free(mg_devices* devices) { Free(devices); }
