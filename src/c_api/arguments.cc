#include "c_api/arguments.h"

namespace musicgen::c_api {

std::string Text(const char* name, const char* text) {
  if (text == nullptr) ThrowBadInput(name, ": expected a string, found NULL");
  return text;
}

std::string TextOrEmpty(const char* text) { return text == nullptr ? "" : text; }

bool Flag(const char* name, int32_t value) {
  if (value != 0 && value != 1) ThrowBadInput(name, ": expected 0 or 1, found ", value);
  return value == 1;
}

void CheckIndex(const char* name, size_t index, size_t count) {
  if (index < count) return;
  ThrowBadInput(name, ": expected an index below ", count, ", found ", index);
}

void CheckPlace(const char* name, const void* place) {
  if (place == nullptr) ThrowBadInput(name, ": expected a place for the result, found NULL");
}

size_t CheckMatrix(const char* name, const void* values, int64_t rows, int64_t fewest_rows,
                   int64_t columns) {
  constexpr int64_t kMostValues = int64_t{1} << 32;
  if (rows < fewest_rows || rows > kMostValues || columns < 0 || columns > kMostValues) {
    ThrowBadInput(name, ": expected sizes from ", fewest_rows, " and from 0, found ", rows, " and ",
                  columns);
  }
  if (columns > 0 && rows > kMostValues / columns) {
    ThrowBadInput(name, ": expected at most ", kMostValues, " values, found ", rows, " times ",
                  columns);
  }
  const int64_t count = rows * columns;
  if (count > 0 && values == nullptr) {
    ThrowBadInput(name, ": expected ", count, " values, found NULL");
  }
  return static_cast<size_t>(count);
}

}  // namespace musicgen::c_api
