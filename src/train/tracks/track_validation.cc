#include "train/tracks/track_validation.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace musicgen::train {

LogValues Validate(const LmModel& model, const TrackBatches& batches, int64_t count,
                   int64_t at_a_time) {
  const at::NoGradGuard no_grad;
  const lm::LmConfig& lm = model.config().lm;
  at::Tensor sums = at::zeros({lm.codebooks}, at::kDouble), counts = at::zeros_like(sums);
  for (int64_t begin = 0; begin < count; begin += at_a_time) {
    std::vector<TrainingItem> items;
    for (int64_t i = begin; i < std::min(count, begin + at_a_time); ++i) {
      items.push_back(batches.Plain(i));
    }
    const Batch batch = LayOutTogether(std::move(items), lm.pattern.delays, lm.special_token());
    const HeadsLoss loss = model.Loss(batch.To(model.device()));
    sums += loss.cross_entropy.sum(1, false, at::kDouble).cpu();
    counts += batch.targets.ge(0).sum(1, false, at::kDouble).cpu();
  }
  const at::Tensor books = sums / counts;
  const double ce = books.mean().item<double>();
  LogValues values = {{"ce", ce}, {"ppl", std::exp(ce)}};
  for (int64_t k = 0; k < lm.codebooks; ++k) {
    values.push_back({StrCat("ce_q", k + 1), books[k].item<double>()});
  }
  for (int64_t k = 0; k < lm.codebooks; ++k) {
    values.push_back({StrCat("ppl_q", k + 1), std::exp(books[k].item<double>())});
  }
  return values;
}

}  // namespace musicgen::train
