#include "conditioning/melody_projection.h"

#include "base/check.h"
#include "conditioning/expected_tensors.h"

namespace musicgen::conditioning {

MelodyProjection::MelodyProjection(int64_t classes, int64_t width,
                                   const checkpoint::TensorSource& source) {
  const TensorView weight = source.Get(kMelodyProjection.weight);
  const TensorView bias = source.Get(kMelodyProjection.bias);
  MG_CHECK(weight.shape == Shape({width, classes}));
  linear_ = nn::Linear(kernels::WeightFormat::kF32, weight);
  linear_.SetBias(ToFloats(bias));
  source.Drop(weight);
  source.Drop(bias);
}

ConditionRows MelodyProjection::Project(ThreadPool& pool, const Chroma& chroma) const {
  MG_CHECK_EQ(chroma.classes, linear_.inputs());
  ConditionRows out{chroma.frames, width(), {}};
  out.values.resize(static_cast<size_t>(out.rows * out.width));
  pool.Run([&](Worker& worker) {
    linear_.Forward(worker, chroma.values.data(), chroma.classes, chroma.frames, out.values.data(),
                    out.width);
  });
  return out;
}

}  // namespace musicgen::conditioning
