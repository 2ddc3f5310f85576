#include "checkpoint/codes_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <system_error>

#include "base/check.h"
#include "base/error.h"
#include "base/mapped_file.h"
#include "base/placeholder.h"
#include "checkpoint/safetensors.h"

namespace musicgen::checkpoint {
namespace {

constexpr int64_t kMostSamples = 4096;
constexpr int64_t kMostCodebooks = 64;
constexpr int64_t kMostFrames = 10'000'000;
constexpr int64_t kMostCodebookSize = 65536;
constexpr int64_t kMostSampleRate = 1'000'000;

using Metadata = std::map<std::string, std::string>;

// A number of the metadata, 0 when absent.
template <class T>
T ReadNumber(const Metadata& metadata, const char* key, T most, const std::string& where) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return 0;
  const std::string& text = found->second;
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0 && value <= most)) {
    ThrowBadInput(where, ": __metadata__ ", key, ": expected a number above 0 and at most ", most,
                  ", found \"", Printable(text, 40), "\"");
  }
  return value;
}

template <class T>
std::string NumberText(T value) {
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

// Extents as [B, K, T].
Shape CodesShape(const TensorView& tensor, const std::string& where) {
  Shape shape = tensor.shape;
  if (shape.size() == 2) shape.insert(shape.begin(), 1);
  const int64_t most[] = {kMostSamples, kMostCodebooks, kMostFrames};
  bool fits = shape.size() == 3;
  for (size_t i = 0; fits && i < 3; ++i) fits = shape[i] >= 1 && shape[i] <= most[i];
  if (!fits) {
    ThrowBadInput(where, ": expected codes of shape [B, K, T] with 1 to ", kMostSamples,
                  " samples, 1 to ", kMostCodebooks, " codebooks and 1 to ", kMostFrames,
                  " frames, found ", ToString(tensor.shape));
  }
  return shape;
}

template <class Stored>
std::vector<Codes> CopyCodes(const char* data, const Shape& shape, int64_t codebook_size,
                             const std::string& where) {
  std::vector<Codes> samples;
  for (int64_t b = 0; b < shape[0]; ++b) {
    Codes& codes = samples.emplace_back(shape[1], shape[2]);
    for (size_t i = 0; i < codes.values.size(); ++i, data += sizeof(Stored)) {
      Stored value;
      std::memcpy(&value, data, sizeof(value));  // may be unaligned
      if (value < 0 || value >= codebook_size) {
        const auto at = static_cast<int64_t>(i);
        ThrowBadInput(where, ": codes[", b, ", ", at / shape[2], ", ", at % shape[2],
                      "]: expected a code in [0, ", codebook_size, "), found ", value);
      }
      codes.values[i] = static_cast<int32_t>(value);
    }
  }
  return samples;
}

}  // namespace

std::vector<Codes> ReadCodesFile(const std::string& path, CodesInfo* info) {
  const MappedFile file(path);
  RefuseText(file.bytes(), path);
  return ParseCodes(file.bytes(), path, info);
}

std::vector<Codes> ParseCodes(std::string_view bytes, const std::string& name, CodesInfo* info) {
  const std::string where = Printable(name, 1000);
  const SafetensorsHeader header = ParseSafetensorsHeader(bytes, bytes.size(), where);
  CodesInfo read;
  read.frame_rate = ReadNumber<double>(header.metadata, "frame_rate", kMostSampleRate, where);
  read.sample_rate = ReadNumber<int64_t>(header.metadata, "sample_rate", kMostSampleRate, where);
  read.codebook_size =
      ReadNumber<int64_t>(header.metadata, "codebook_size", kMostCodebookSize, where);

  const auto tensor = std::find_if(header.tensors.begin(), header.tensors.end(),
                                   [](const TensorView& t) { return t.name == "codes"; });
  if (tensor == header.tensors.end()) {
    ThrowBadInput(where, ": expected a tensor codes, found none of this name");
  }
  const Shape shape = CodesShape(*tensor, where);
  const char* data =
      bytes.data() + header.offsets[static_cast<size_t>(tensor - header.tensors.begin())];
  const int64_t size = read.codebook_size > 0 ? read.codebook_size : kMostCodebookSize;
  if (info != nullptr) *info = read;
  switch (tensor->dtype) {
    case DType::kI64:
      return CopyCodes<int64_t>(data, shape, size, where);
    case DType::kI32:
      return CopyCodes<int32_t>(data, shape, size, where);
    case DType::kI16:
      return CopyCodes<int16_t>(data, shape, size, where);
    default:
      ThrowBadInput(where, ": expected codes of type I64, I32 or I16, found ",
                    DTypeName(tensor->dtype));
  }
}

void WriteCodesFile(const std::string& path, std::span<const Codes> samples,
                    const CodesInfo& info) {
  MG_CHECK(!samples.empty());
  std::vector<int64_t> values;
  for (const Codes& codes : samples) {
    MG_CHECK_EQ(codes.codebooks, samples[0].codebooks);
    MG_CHECK_EQ(codes.frames, samples[0].frames);
    values.insert(values.end(), codes.values.begin(), codes.values.end());
  }
  Metadata metadata;
  if (info.frame_rate > 0) metadata["frame_rate"] = NumberText(info.frame_rate);
  if (info.sample_rate > 0) metadata["sample_rate"] = NumberText(info.sample_rate);
  if (info.codebook_size > 0) metadata["codebook_size"] = NumberText(info.codebook_size);
  const Shape shape = {static_cast<int64_t>(samples.size()), samples[0].codebooks,
                       samples[0].frames};
  WriteSafetensors(path, {{"codes", DType::kI64, shape, values.data()}}, metadata);
}

}  // namespace musicgen::checkpoint
