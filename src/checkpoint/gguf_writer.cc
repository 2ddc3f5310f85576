#include "checkpoint/gguf_writer.h"

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/error.h"
#include "tensor/tensor_view.h"

namespace musicgen::checkpoint {
namespace {

uint64_t Padded(uint64_t bytes) {
  return (bytes + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment;
}

}  // namespace

template <class T>
void GgufWriter::Append(std::string* to, T value) {
  to->append(reinterpret_cast<const char*>(&value), sizeof value);
}

void GgufWriter::AppendText(std::string* to, std::string_view text) {
  Append<uint64_t>(to, text.size());
  to->append(text);
}

void GgufWriter::BeginValue(std::string_view key, GgufType type) {
  AppendText(&values_, key);
  Append(&values_, static_cast<uint32_t>(type));
  ++value_count_;
}

void GgufWriter::AddText(std::string_view key, std::string_view text) {
  BeginValue(key, GgufType::kString);
  AppendText(&values_, text);
}

void GgufWriter::AddBytes(std::string_view key, std::string_view bytes) {
  BeginValue(key, GgufType::kArray);
  Append(&values_, static_cast<uint32_t>(GgufType::kU8));
  AppendText(&values_, bytes);
}

void GgufWriter::AddU32(std::string_view key, uint32_t value) {
  BeginValue(key, GgufType::kU32);
  Append(&values_, value);
}

void GgufWriter::AddF32(std::string_view key, float value) {
  BeginValue(key, GgufType::kF32);
  Append(&values_, value);
}

void GgufWriter::AddTensor(const std::string& name, DType dtype, const Shape& shape) {
  if (name.empty() || name.size() > kGgufLongestName) {
    ThrowBadInput("tensor ", Printable(name), ": GGUF has names of 1 to ", kGgufLongestName,
                  " bytes, found ", name.size());
  }
  if (shape.size() > kGgufMostDims) {
    ThrowBadInput("tensor ", Printable(name), ": GGUF has at most ", kGgufMostDims,
                  " dimensions, found ", ToString(shape));
  }
  const std::optional<uint32_t> type = GgmlType(dtype);
  if (!type) {
    ThrowBadInput("tensor ", Printable(name), ": GGUF has no element type ", DTypeName(dtype));
  }
  AppendText(&infos_, name);
  Append(&infos_, static_cast<uint32_t>(shape.size()));
  // Innermost first.
  for (size_t i = shape.size(); i-- > 0;) Append(&infos_, static_cast<uint64_t>(shape[i]));
  Append(&infos_, *type);
  Append(&infos_, data_bytes_);
  tensor_bytes_.push_back(TensorView{name, dtype, shape, nullptr}.bytes());
  data_bytes_ += Padded(tensor_bytes_.back());
}

void GgufWriter::Write(
    const std::string& path,
    const std::function<void(size_t i, const PutBytes& put)>& write_tensor) const {
  std::string head = "GGUF";
  Append(&head, kGgufVersion);
  Append<uint64_t>(&head, tensor_bytes_.size());
  Append(&head, value_count_);
  head += values_;
  head += infos_;
  head.append(Padded(head.size()) - head.size(), '\0');

  AtomicFile file(path);
  file.Write(head.data(), head.size());
  const std::string zeros(kGgufAlignment, '\0');
  for (size_t i = 0; i < tensor_bytes_.size(); ++i) {
    uint64_t written = 0;
    write_tensor(i, [&](const void* data, size_t bytes) {
      file.Write(data, bytes);
      written += bytes;
    });
    MG_CHECK_EQ(written, tensor_bytes_[i]);
    file.Write(zeros.data(), Padded(written) - written);
  }
  file.Commit();
}

}  // namespace musicgen::checkpoint
