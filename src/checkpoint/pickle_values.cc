#include "checkpoint/pickle_values.h"

#include "base/error.h"

namespace musicgen::checkpoint {

std::string Describe(const PickleValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "True" : "False";
  if (const auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return StrCat('"', Printable(*text, 80), '"');
  }
  if (std::holds_alternative<std::monostate>(value)) return "None";
  if (std::holds_alternative<double>(value)) return "a float";
  if (std::holds_alternative<PickleList>(value)) return "a list";
  if (std::holds_alternative<PickleTuple>(value)) return "a tuple";
  if (std::holds_alternative<PickleDict>(value)) return "a dict";
  if (std::holds_alternative<PickleStorage>(value)) return "a storage";
  if (std::holds_alternative<PickleTensor>(value)) return "a tensor";
  if (std::holds_alternative<PickleFraction>(value)) return "a fraction";
  if (std::holds_alternative<PickleOpaque>(value)) return "an object that is not read";
  if (const auto* named = std::get_if<PickleClass>(&value)) return "the class " + named->name;
  return "a global";
}

}  // namespace musicgen::checkpoint
