#include "c_api/bytes.h"

#include "c_api/arguments.h"
#include "c_api/guard.h"

using namespace musicgen::c_api;

const uint8_t* mg_bytes_data(const mg_bytes* bytes) {
  return Value([&] { return reinterpret_cast<const uint8_t*>(Get(bytes)->bytes.c_str()); });
}

size_t mg_bytes_size(const mg_bytes* bytes) {
  return Value([&] { return Get(bytes)->bytes.size(); });
}

void mg_bytes_free(mg_bytes* bytes) { Free(bytes); }

size_t mg_strings_count(const mg_strings* strings) {
  return Value([&] { return Get(strings)->strings.size(); });
}

const char* mg_strings_get(const mg_strings* strings, size_t index) {
  return Value([&] {
    const auto list = Get(strings);
    CheckIndex("strings", index, list->strings.size());
    return list->strings[index].c_str();
  });
}

void mg_strings_free(mg_strings* strings) { Free(strings); }
