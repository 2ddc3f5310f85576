#include "train/codec/adversary.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"

namespace musicgen::train {
namespace {

std::vector<StftDiscriminator> Make(const DiscriminatorSettings& settings, uint64_t seed,
                                    Parameters* parameters) {
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  std::vector<StftDiscriminator> made;
  for (const int64_t n_fft : settings.n_ffts) {
    made.emplace_back(n_fft, settings.filters, StrCat("discriminators.", made.size(), "."),
                      generator, parameters);
  }
  return made;
}

}  // namespace

Adversary::Adversary(const DiscriminatorSettings& settings, const AdamWSettings& adam,
                     uint64_t seed)
    : discriminators_(Make(settings, seed, &parameters_)), optimizer_(parameters_, adam) {}

double Adversary::Train(const at::Tensor& decoded, const at::Tensor& original) {
  const at::Tensor fake = decoded.detach();
  double sum = 0.0;
  // One at a time: their losses share no weights, and the graph of each is freed at once.
  for (const StftDiscriminator& discriminator : discriminators_) {
    const at::Tensor loss = at::relu(1.0 + discriminator.Forward(fake).logits).mean() +
                            at::relu(1.0 - discriminator.Forward(original).logits).mean();
    sum += loss.item<double>();
    (loss / static_cast<double>(discriminators_.size())).backward();
  }
  optimizer_.Step(1.0);
  ClearGradients(parameters_);
  return sum / static_cast<double>(discriminators_.size());
}

Adversary::Losses Adversary::Judge(const at::Tensor& decoded, const at::Tensor& original) const {
  Losses losses{at::zeros({}, decoded.options()), at::zeros({}, decoded.options())};
  for (const StftDiscriminator& discriminator : discriminators_) {
    StftDiscriminator::Output wanted;
    {
      const at::NoGradGuard no_grad;
      wanted = discriminator.Forward(original);
    }
    const StftDiscriminator::Output found = discriminator.Forward(decoded);
    losses.adv = losses.adv - found.logits.mean();
    at::Tensor features = at::zeros({}, decoded.options());
    for (size_t i = 0; i < found.features.size(); ++i) {
      features = features + (found.features[i] - wanted.features[i]).abs().mean();
    }
    losses.feat = losses.feat + features / static_cast<double>(found.features.size());
  }
  const auto count = static_cast<double>(discriminators_.size());
  return {losses.adv / count, losses.feat / count};
}

}  // namespace musicgen::train
