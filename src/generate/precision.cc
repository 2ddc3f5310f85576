#include "generate/precision.h"

#include <algorithm>
#include <cstring>

#include "text/t5_encoder.h"

namespace musicgen::generate {
namespace {

using kernels::WeightFormat;

bool Survives(float value, WeightFormat format) {
  switch (format) {
    case WeightFormat::kF16:
      return F16ToFloat(FloatToF16(value)) == value;
    case WeightFormat::kBF16:
      return BF16ToFloat(FloatToBF16(value)) == value;
    case WeightFormat::kF32:
      return true;
  }
  return false;
}

// The matrices are what memory goes to; vectors stay in float anyway.
WeightFormat NarrowestExact(const checkpoint::TensorSource& source,
                            const std::vector<checkpoint::ExpectedTensor>& tensors) {
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kBF16}) {
    const bool exact = std::all_of(tensors.begin(), tensors.end(),
                                   [&](const checkpoint::ExpectedTensor& expected) {
                                     if (expected.shape.size() < 2) return true;
                                     const TensorView tensor = source.Get(expected.name);
                                     const bool fits = IsExactly(tensor, format);
                                     source.Drop(tensor);
                                     return fits;
                                   });
    if (exact) return format;
  }
  return WeightFormat::kF32;
}

}  // namespace

bool IsExactly(const TensorView& tensor, WeightFormat format) {
  if (format == WeightFormat::kF32) return true;
  if (tensor.dtype == DType::kF16 && format == WeightFormat::kF16) return true;
  if (tensor.dtype == DType::kBF16 && format == WeightFormat::kBF16) return true;
  constexpr int64_t kBlock = 1 << 14;
  float block[kBlock];
  for (int64_t begin = 0; begin < tensor.elements(); begin += kBlock) {
    const int64_t n = std::min(kBlock, tensor.elements() - begin);
    CopyToFloat(tensor, begin, n, block);
    if (!std::all_of(block, block + n, [&](float value) { return Survives(value, format); }))
      return false;
  }
  return true;
}

StageFormats ChooseFormats(const ModelFiles& files, Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return {};
    case Precision::kF16:
      return {{WeightFormat::kF16, WeightFormat::kF32}, WeightFormat::kF16, WeightFormat::kF16};
    case Precision::kBF16:
      return {{WeightFormat::kBF16, WeightFormat::kBF16}, WeightFormat::kBF16, WeightFormat::kBF16};
    case Precision::kAuto:
      break;
  }
  const StageTensors& lm = files.lm_tensors;
  const StageTensors& t5 = files.t5_tensors;
  return {
      {NarrowestExact(*lm.source, lm::Decoder::Expected(files.lm, lm.prefix)), WeightFormat::kF32},
      NarrowestExact(*t5.source, text::T5Encoder::Expected(files.t5, *t5.source, t5.prefix))};
}

}  // namespace musicgen::generate

namespace musicgen {

const char* PrecisionName(Precision precision) {
  switch (precision) {
    case Precision::kAuto:
      return "auto";
    case Precision::kF32:
      return "f32";
    case Precision::kF16:
      return "f16";
    case Precision::kBF16:
      return "bf16";
  }
  return "?";
}

}  // namespace musicgen
