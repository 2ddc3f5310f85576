#include <array>
#include <cstring>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "compose/frame_tables.h"

namespace musicgen::compose {
namespace {

using checkpoint::TensorToWrite;

std::string FramesName(int book) { return StrCat("book.", book, ".frames"); }
std::string NextName(int book) { return StrCat("book.", book, ".next"); }
std::string MeaningName(int book) { return StrCat("book.", book, ".meaning"); }

// [rows, 3]: instrument, pitch, age.
std::vector<int32_t> MeaningRows(const Vocabulary& vocabulary, int book) {
  std::vector<int32_t> rows;
  for (int code = 0; code < vocabulary.used(book); ++code) {
    const CodeMeaning& meaning = vocabulary.meaning(book, code);
    rows.insert(rows.end(), {meaning.instrument, meaning.pitch, meaning.age});
  }
  return rows;
}

// The tensor, which must have this type and this many columns (0: one dimension) in 1 … 2048 rows.
TensorView Get(const checkpoint::TensorSource& source, const std::string& name, DType dtype,
               int64_t columns) {
  TensorView tensor = source.Get(name);
  const bool fits = tensor.shape.size() == (columns > 0 ? 2u : 1u) && tensor.shape[0] >= 1 &&
                    tensor.shape[0] <= kCodebookSize &&
                    (columns == 0 || tensor.shape[1] == columns) && tensor.dtype == dtype;
  if (!fits) {
    ThrowBadInput(source.Where(), ": ", name, ": expected ", DTypeName(dtype), " [1 … ",
                  kCodebookSize, columns > 0 ? ", 640" : "", "], found ", DTypeName(tensor.dtype),
                  " ", ToString(tensor.shape));
  }
  return tensor;
}

}  // namespace

void WriteFrameTables(const Vocabulary& vocabulary, const FrameTables& tables,
                      const std::string& path) {
  std::vector<TensorToWrite> tensors;
  std::array<std::vector<int32_t>, kBooks> meanings;
  for (int book = 0; book < kBooks; ++book) {
    const auto k = static_cast<size_t>(book);
    const int64_t rows = tables.rows(book);
    tensors.push_back(
        {FramesName(book), DType::kF32, Shape{rows, kFrameSamples}, tables.frames[k].data()});
    tensors.push_back({NextName(book), DType::kI32, Shape{rows}, tables.next[k].data()});
    meanings[k] = MeaningRows(vocabulary, book);
    tensors.push_back(
        {MeaningName(book), DType::kI32, Shape{vocabulary.used(book), 3}, meanings[k].data()});
  }
  checkpoint::WriteSafetensors(path, tensors, {});
}

FrameTables ReadFrameTables(const std::string& path) {
  const auto source = checkpoint::OpenSafetensors(path);
  FrameTables tables;
  for (int book = 0; book < kBooks; ++book) {
    const TensorView frames = Get(*source, FramesName(book), DType::kF32, kFrameSamples);
    const TensorView next = Get(*source, NextName(book), DType::kI32, 0);
    if (next.shape[0] != frames.shape[0]) {
      ThrowBadInput(path, ": ", NextName(book), ": expected ", frames.shape[0], " rows, found ",
                    next.shape[0]);
    }
    const auto k = static_cast<size_t>(book);
    tables.frames[k] = ToFloats(frames);
    tables.next[k].resize(static_cast<size_t>(next.shape[0]));
    std::memcpy(tables.next[k].data(), next.data, next.bytes());
    for (const int32_t code : tables.next[k]) {
      if (code < 0 || code >= next.shape[0]) {
        ThrowBadInput(path, ": ", NextName(book), ": expected codes below ", next.shape[0],
                      ", found ", code);
      }
    }
  }
  return tables;
}

}  // namespace musicgen::compose
