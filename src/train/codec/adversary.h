// The discriminators as the codec's opponent: hinge losses, feature matching, an optimiser of their
// own.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "train/codec/stft_discriminator.h"
#include "train/optim/adamw.h"

namespace musicgen::train {

class Adversary {
 public:
  Adversary(const DiscriminatorSettings& settings, const AdamWSettings& adam, uint64_t seed);

  // A step of the discriminators on decoded and original sounds [B, 1, N]; returns their loss, the
  // mean over sub-discriminators of mean max(0, 1 + D(decoded)) + mean max(0, 1 − D(original)).
  double Train(const at::Tensor& decoded, const at::Tensor& original);

  struct Losses {
    at::Tensor adv;   // −mean D(decoded)
    at::Tensor feat;  // mean absolute difference of the features, mean over the layers
  };
  // Means over sub-discriminators, with gradient with respect to `decoded`.
  Losses Judge(const at::Tensor& decoded, const at::Tensor& original) const;

  const Parameters& parameters() const { return parameters_; }
  Optimizer& optimizer() { return optimizer_; }

 private:
  Parameters parameters_;
  std::vector<StftDiscriminator> discriminators_;
  AdamW optimizer_;
};

}  // namespace musicgen::train
