// The estimate of a model's need against what its loaded stages hold.

#include "model/memory_need.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "fixtures_directory.h"
#include "generate/stages.h"

namespace musicgen::model {
namespace {

constexpr Precision kPrecisions[] = {Precision::kAuto, Precision::kF32, Precision::kF16,
                                     Precision::kBF16, Precision::kQ8,  Precision::kQ4};

class MemoryNeed : public testing::TestWithParam<const char*> {};

TEST_P(MemoryNeed, IsWhatLoadedStagesHold) {
  const ModelFiles files = OpenModel(StrCat(kFixturesDirectory, "/", GetParam()), "", "");
  for (const Precision precision : kPrecisions) {
    SCOPED_TRACE(PrecisionName(precision));
    const StageFormats formats = ChooseFormats(precision);
    const WeightBytes estimate = EstimateWeights(files, formats);
    generate::Stages stages(files, formats, 2);
    // Stacked matrices share tiles, which matters where widths are tiny and no whole tiles.
    const auto expect_near = [](uint64_t estimated, uint64_t held) {
      EXPECT_GE(estimated, held);
      EXPECT_LE(estimated, held * 11 / 10);
    };
    if (files.lm.width % kernels::kTileOutputs == 0 &&
        files.lm.codebook_size % kernels::kTileOutputs == 0) {
      EXPECT_EQ(estimate.lm, stages.transformer().bytes());
    } else {
      expect_near(estimate.lm, stages.transformer().bytes());
    }
    expect_near(estimate.t5, stages.text_encoder().bytes());
    expect_near(estimate.codec, stages.codec().bytes());
    EXPECT_EQ(estimate.projections, stages.text_projection().bytes() +
                                        (files.melody ? stages.melody_projection().bytes() : 0));
    EXPECT_EQ(EstimateMemory(files, formats, 1.0).weights_bytes, estimate.total());
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, MemoryNeed,
                         testing::Values("hf-tiny-mono", "hf-tiny-stereo", "hf-tiny-melody",
                                         "hf-tiny-melody-stereo", "ac-tiny-mono", "ac-tiny-stereo",
                                         "ac-tiny-melody", "ac-tiny-parallel"));

}  // namespace
}  // namespace musicgen::model
