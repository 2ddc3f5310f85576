#include "model/precision.h"

#include "lm/expected_tensors.h"

namespace musicgen::model {

using kernels::WeightFormat;

Precision Resolve(const ModelFiles& files, Precision precision) {
  if (precision != Precision::kAuto) return precision;
  const StageTensors& lm = files.lm_tensors;
  for (const auto& expected : lm::ExpectedTensors(files.lm, lm.prefix)) {
    if (expected.name.find(".fc1.") == std::string::npos) continue;
    const DType dtype = lm.source->Describe(expected.name).dtype;
    if (dtype == DType::kQ8_0) return Precision::kQ8;
    if (dtype == DType::kQ4_0) return Precision::kQ4;
    break;
  }
  return precision;
}

StageFormats ChooseFormats(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return {};
    case Precision::kF16:
      return {{WeightFormat::kF16, WeightFormat::kF32}, WeightFormat::kF16, WeightFormat::kF16};
    case Precision::kBF16:
      return {{WeightFormat::kBF16, WeightFormat::kBF16}, WeightFormat::kBF16, WeightFormat::kBF16};
    case Precision::kAuto:
      return {{WeightFormat::kQ8, WeightFormat::kQ8}, WeightFormat::kQ8, WeightFormat::kF32};
    case Precision::kQ8:
      return {{WeightFormat::kQ8, WeightFormat::kQ8}, WeightFormat::kQ8, WeightFormat::kBF16};
    case Precision::kQ4:
      return {{WeightFormat::kQ4, WeightFormat::kQ8}, WeightFormat::kQ8, WeightFormat::kBF16};
  }
  return {};
}

}  // namespace musicgen::model
