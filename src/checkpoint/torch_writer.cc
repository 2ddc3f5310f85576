#include "checkpoint/torch_writer.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/check.h"
#include "checkpoint/pickle_opcodes.h"
#include "checkpoint/torch_zip_writer.h"

namespace musicgen::checkpoint {
namespace {

const char* StorageName(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return "DoubleStorage";
    case DType::kF32:
      return "FloatStorage";
    case DType::kF16:
      return "HalfStorage";
    case DType::kBF16:
      return "BFloat16Storage";
    case DType::kI64:
      return "LongStorage";
    case DType::kI32:
      return "IntStorage";
    case DType::kI16:
      return "ShortStorage";
    case DType::kI8:
      return "CharStorage";
    case DType::kU8:
      return "ByteStorage";
    case DType::kBool:
      return "BoolStorage";
    case DType::kQ8_0:
    case DType::kQ4_0:
      break;
  }
  return "?";
}

// Writes protocol 2, without a memo: nothing is shared.
class Pickler {
 public:
  std::string Run(const TorchDict& dict) {
    Op(pickle::kProto);
    text_ += '\2';
    Op(pickle::kEmptyDict);
    for (const auto& [key, value] : dict) {
      String(key);
      std::visit([&](const auto& content) { Content(content); }, value);
      Op(pickle::kSetItem);
    }
    Op(pickle::kStop);
    return std::move(text_);
  }

 private:
  void Op(unsigned char opcode) { text_ += static_cast<char>(opcode); }
  void Little(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text_ += static_cast<char>(value >> (8 * i));
  }
  void String(const std::string& text) {
    MG_CHECK_LT(text.size(), size_t{1} << 31);
    Op(pickle::kBinUnicode);
    Little(text.size(), 4);
    text_ += text;
  }
  void Integer(int64_t value) {  // ≥ 0
    if (value < 256) {
      Op(pickle::kBinInt1);
      Little(static_cast<uint64_t>(value), 1);
    } else if (value <= std::numeric_limits<int32_t>::max()) {
      Op(pickle::kBinInt);
      Little(static_cast<uint64_t>(value), 4);
    } else {
      Op(pickle::kLong1);
      text_ += '\10';
      Little(static_cast<uint64_t>(value), 8);
    }
  }
  void Global(const char* module, const char* name) {
    Op(pickle::kGlobal);
    text_ += StrCat(module, "\n", name, "\n");
  }
  void Tuple(const std::vector<int64_t>& numbers) {
    Op(pickle::kMark);
    for (const int64_t number : numbers) Integer(number);
    Op(pickle::kTuple);
  }

  void Content(const std::string& text) { String(text); }
  void Content(bool flag) { Op(flag ? pickle::kNewTrue : pickle::kNewFalse); }
  void Content(const TorchStrings& strings) {
    Op(pickle::kEmptyDict);
    for (const auto& [key, text] : strings) {
      String(key);
      String(text);
      Op(pickle::kSetItem);
    }
  }
  void Content(const TorchTensors& tensors) {
    Op(pickle::kEmptyDict);
    for (const TorchTensorToWrite& tensor : tensors) {
      String(tensor.name);
      Tensor(tensor);
      Op(pickle::kSetItem);
    }
  }
  // _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())
  void Tensor(const TorchTensorToWrite& tensor) {
    Global("torch._utils", "_rebuild_tensor_v2");
    Op(pickle::kMark);
    Op(pickle::kMark);
    String("storage");
    Global("torch", StorageName(tensor.dtype));
    String(std::to_string(storages_++));
    String("cpu");
    Integer(NumElements(tensor.shape));
    Op(pickle::kTuple);
    Op(pickle::kBinPersId);
    Integer(0);
    Tuple(tensor.shape);
    std::vector<int64_t> strides(tensor.shape.size(), 1);
    for (size_t i = strides.size(); i-- > 1;) {
      strides[i - 1] = strides[i] * std::max<int64_t>(tensor.shape[i], 1);
    }
    Tuple(strides);
    Op(pickle::kNewFalse);
    Global("collections", "OrderedDict");
    Op(pickle::kEmptyTuple);
    Op(pickle::kReduce);
    Op(pickle::kTuple);
    Op(pickle::kReduce);
  }

  std::string text_;
  int64_t storages_ = 0;
};

}  // namespace

void WriteTorchFile(const std::string& path, const TorchDict& dict, uint64_t wide_from) {
  const std::string pickle = Pickler().Run(dict);
  // torch.save names the folder after the file.
  TorchZipWriter zip(path, std::filesystem::path(path).stem().string(), wide_from);
  zip.Add("data.pkl", pickle);
  zip.Add("byteorder", "little");
  int64_t storages = 0;
  for (const auto& [key, value] : dict) {
    const auto* tensors = std::get_if<TorchTensors>(&value);
    if (tensors == nullptr) continue;
    for (const TorchTensorToWrite& tensor : *tensors) {
      const uint64_t bytes =
          static_cast<uint64_t>(NumElements(tensor.shape)) * DTypeBytes(tensor.dtype);
      zip.Add(StrCat("data/", storages++), bytes, [&](const PutBytes& put) {
        if (tensor.write) return tensor.write(put);
        for (const std::string_view part : tensor.parts) put(part.data(), part.size());
      });
    }
  }
  zip.Add("version", "3\n");
  zip.Commit();
}

}  // namespace musicgen::checkpoint
