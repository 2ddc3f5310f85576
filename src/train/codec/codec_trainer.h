// One update of a codec's training after another (Défossez and others 2022; AudioCraft's
// compression solver).
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/checkpoint/json_lines_log.h"
#include "train/codec/adversary.h"
#include "train/codec/balancer.h"
#include "train/codec/codec_network.h"
#include "train/codec/initialise_codec.h"
#include "train/codec/reconstruction_losses.h"
#include "train/codec/residual_quantizer.h"
#include "train/optim/adamw.h"
#include "train/optim/ema.h"
#include "train/optim/schedule.h"

namespace musicgen::train {

struct AdversarialSettings {
  bool enabled = true;
  DiscriminatorSettings discriminators;
  double every = 1.0;  // n: the discriminators learn in an update with probability 1/n
  int64_t from = 0;    // the update with which the adversary enters
};

struct CodecTrainerSettings {
  codec::CodecConfig codec;
  CodecInit init = CodecInit::kFramework;
  QuantizerSettings quantizer;  // of the codec's sizes
  int64_t quantize_from = 0;    // the update before which the codebooks are set and from which used
  // l1, mel, msspec, sisnr; adv and feat count where there is an adversary. 0: not computed.
  BalancerSettings balancer;
  double commitment_weight = 1.0;
  AdversarialSettings adversarial;
  AdamWSettings adam{.lr = 3e-4, .beta1 = 0.5, .beta2 = 0.9, .eps = 1e-8, .weight_decay = 0.0};
  CosineSchedule schedule;  // of the codec's learning rate; min_ratio 1 keeps it
  EmaSettings ema{.decay = 0.99, .every = 1};
  uint64_t seed = 0;
};

class CodecTrainer {
 public:
  explicit CodecTrainer(const CodecTrainerSettings& settings);

  // Whether the codebooks must be set before the next update.
  bool WantsCodebooks() const;
  // By k-means over the latents of these batches.
  void SetCodebooks(const std::vector<at::Tensor>& batches);

  // An update on sounds [B, 1, N]: the losses and what else the log tells. Throws Error(kFailure)
  // when a loss is not finite.
  LogValues Update(const at::Tensor& sound);
  // How the averaged weights code sounds [B, 1, N].
  LogValues Validate(const std::vector<at::Tensor>& batches);

  int64_t update() const { return update_; }  // done
  double learning_rate() const { return optimizer_.learning_rate(); }

  // All that the next update depends on: tensors to save and to fill in place, and numbers.
  std::vector<NamedTensor> State();
  std::map<std::string, double> Numbers() const;
  // Numbers() tells the names, but for those of losses that have not been balanced yet.
  void SetNumbers(const std::map<std::string, double>& numbers);

  // Encoder, decoder and codebooks under the names of the Hugging Face layout, averaged.
  std::vector<NamedTensor> Averages();
  const codec::CodecConfig& config() const { return settings_.codec; }

 private:
  bool AdversaryPlays() const { return adversary_ && update_ >= settings_.adversarial.from; }
  void TrainAdversary(const at::Tensor& decoded, const at::Tensor& sound, LogValues* log);
  Balancer::Losses Losses(const at::Tensor& decoded, const at::Tensor& sound) const;

  CodecTrainerSettings settings_;
  CodecNetwork network_;
  ResidualQuantizer quantizer_;
  ReconstructionLosses reconstruction_;
  Balancer balancer_;
  AdamW optimizer_;
  std::unique_ptr<Adversary> adversary_;
  Ema weights_ema_, codebooks_ema_;
  int64_t update_ = 0;
};

}  // namespace musicgen::train
