#include "train/data/condition_dropout.h"

#include "base/random.h"

namespace musicgen::train {
namespace {

constexpr uint64_t kSeed = 1234;

}  // namespace

bool ConditionDropout::Drops(int64_t pass, int64_t item) const {
  const auto counter = static_cast<uint64_t>(pass);
  const uint32_t place = mode == Mode::kBatch ? 0 : static_cast<uint32_t>(item) + 1;
  return Uniform({kSeed, static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
                  place}) < p;
}

}  // namespace musicgen::train
