// What callers hand over, checked before it is used. All throw Error(kBadInput) naming `name`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"

namespace musicgen::c_api {

std::string Text(const char* name, const char* text);
std::string TextOrEmpty(const char* text);
bool Flag(const char* name, int32_t value);
void CheckIndex(const char* name, size_t index, size_t count);
void CheckPlace(const char* name, const void* place);  // not null

// How many values a matrix has: `rows` from `fewest_rows` on, `columns` from 0, and a place where
// there are any.
size_t CheckMatrix(const char* name, const void* values, int64_t rows, int64_t fewest_rows,
                   int64_t columns);

// A value of an enumeration that counts from 0.
template <class Enum>
Enum EnumOf(const char* name, int32_t value, Enum last) {
  if (value < 0 || value > static_cast<int32_t>(last)) {
    ThrowBadInput(name, ": expected a number from 0 to ", static_cast<int32_t>(last), ", found ",
                  value);
  }
  return static_cast<Enum>(value);
}

// A value that several threads may set and read through its handle.
template <class T>
class Locked {
 public:
  explicit Locked(T value = {}) : value_(std::move(value)) {}

  T Copy() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }
  template <class Change>
  void Set(const Change& change) {
    std::lock_guard<std::mutex> lock(mutex_);
    change(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace musicgen::c_api
