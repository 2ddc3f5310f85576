// What a pickle's values are, and the message's word for them (checkpoint/pickle.h reads them).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace musicgen::checkpoint {

// torch.FloatStorage and its kin: what a file's entry data/<key> holds.
struct PickleStorage {
  std::string key;
  DType dtype = DType::kF32;
  int64_t elements = 0;
};

// Element (i, j, …) is element offset + i·strides[0] + j·strides[1] + … of the storage; all of them
// are within it.
struct PickleTensor {
  PickleStorage storage;
  int64_t offset = 0;
  Shape shape;
  std::vector<int64_t> strides;  // ≥ 0
  bool is_parameter = false;     // torch.nn.Parameter
};

// Values lie in a list of their own and name each other by position, so that shared and circular
// ones are harmless.
using PickleRef = uint32_t;

struct PickleList {
  std::vector<PickleRef> items;
};
struct PickleTuple {
  std::vector<PickleRef> items;
};
struct PickleDict {
  bool ordered = false;                                // collections.OrderedDict
  std::vector<std::pair<PickleRef, PickleRef>> items;  // keys are strings or integers, all distinct
  std::unordered_map<std::string, PickleRef> by_name;  // of the string keys
};
enum class PickleFunction {
  kRebuildTensor,
  kRebuildParameter,
  kOrderedDict,
  kFraction,
  kOpaque,  // one whose results are of no use here
};
struct PickleStorageType {
  DType dtype;
};
// Of PickleGlobals::kDemucs alone:
struct PickleClass {  // a class that is only named
  std::string name;   // "demucs.htdemucs.HTDemucs"
};
struct PickleFraction {
  int64_t numerator = 0, denominator = 1;  // > 0
};
struct PickleOpaque {};  // what an opaque function gave

using PickleValue =
    std::variant<std::monostate, bool, int64_t, double, std::string, PickleList, PickleTuple,
                 PickleDict, PickleStorage, PickleTensor, PickleFunction, PickleStorageType,
                 PickleClass, PickleFraction, PickleOpaque>;

// What a message says was found: "a dict", 17, ….
std::string Describe(const PickleValue& value);

}  // namespace musicgen::checkpoint
