#include "checkpoint/pickle_globals.h"

#include <vector>

namespace musicgen::checkpoint {
namespace {

struct NamedGlobal {
  std::string_view module, name;
  PickleValue value;
};

const std::vector<NamedGlobal>& Globals() {
  static const std::vector<NamedGlobal> kGlobals = {
      {"torch._utils", "_rebuild_tensor_v2", PickleFunction::kRebuildTensor},
      {"torch._utils", "_rebuild_parameter", PickleFunction::kRebuildParameter},
      {"collections", "OrderedDict", PickleFunction::kOrderedDict},
      {"torch", "DoubleStorage", PickleStorageType{DType::kF64}},
      {"torch", "FloatStorage", PickleStorageType{DType::kF32}},
      {"torch", "HalfStorage", PickleStorageType{DType::kF16}},
      {"torch", "BFloat16Storage", PickleStorageType{DType::kBF16}},
      {"torch", "LongStorage", PickleStorageType{DType::kI64}},
      {"torch", "IntStorage", PickleStorageType{DType::kI32}},
      {"torch", "ShortStorage", PickleStorageType{DType::kI16}},
      {"torch", "CharStorage", PickleStorageType{DType::kI8}},
      {"torch", "ByteStorage", PickleStorageType{DType::kU8}},
      {"torch", "BoolStorage", PickleStorageType{DType::kBool}},
  };
  return kGlobals;
}

const std::vector<NamedGlobal>& DemucsGlobals() {
  static const std::vector<NamedGlobal> kGlobals = {
      {"demucs.htdemucs", "HTDemucs", PickleClass{"demucs.htdemucs.HTDemucs"}},
      {"fractions", "Fraction", PickleFunction::kFraction},
      {"numpy.core.multiarray", "scalar", PickleFunction::kOpaque},
      {"numpy._core.multiarray", "scalar", PickleFunction::kOpaque},
      {"numpy", "dtype", PickleFunction::kOpaque},
      {"_codecs", "encode", PickleFunction::kOpaque},
  };
  return kGlobals;
}

std::optional<PickleValue> Find(const std::vector<NamedGlobal>& globals, std::string_view module,
                                std::string_view name) {
  for (const NamedGlobal& global : globals) {
    if (global.module == module && global.name == name) return global.value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PickleValue> FindGlobal(std::string_view module, std::string_view name,
                                      PickleGlobals globals) {
  auto found = Find(Globals(), module, name);
  if (!found && globals == PickleGlobals::kDemucs) found = Find(DemucsGlobals(), module, name);
  return found;
}

}  // namespace musicgen::checkpoint
