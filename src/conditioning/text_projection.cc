#include "conditioning/text_projection.h"

#include "base/check.h"
#include "conditioning/expected_tensors.h"

namespace musicgen::conditioning {

bool IsNullPrompt(const std::optional<std::string>& prompt, Reference reference) {
  if (!prompt.has_value()) return true;
  return prompt->empty() && reference == Reference::kAudioCraft;
}

TextProjection::TextProjection(int64_t text_width, int64_t width,
                               const checkpoint::TensorSource& source, kernels::WeightFormat format)
    : text_width_(text_width), width_(width) {
  if (text_width == width && !source.Has(kTextProjection.weight)) return;
  const TensorView weight = source.Get(kTextProjection.weight);
  const TensorView bias = source.Get(kTextProjection.bias);
  linear_.emplace(format, weight);
  linear_->SetBias(ToFloats(bias));
  source.Drop(weight);
  source.Drop(bias);
}

ConditionRows TextProjection::Project(ThreadPool& pool, const std::vector<float>& hidden,
                                      int64_t rows) const {
  MG_CHECK_EQ(static_cast<int64_t>(hidden.size()), rows * text_width_);
  ConditionRows out{rows, width_, {}};
  if (!linear_) {
    out.values = hidden;
    return out;
  }
  out.values.resize(static_cast<size_t>(rows * width_));
  pool.Run([&](Worker& worker) {
    linear_->Forward(worker, hidden.data(), text_width_, rows, out.values.data(), width_);
  });
  return out;
}

}  // namespace musicgen::conditioning
