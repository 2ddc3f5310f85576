#include "train/codec/codec_trainer.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "train/checkpoint/training_state.h"

namespace musicgen::train {
namespace {

constexpr char kOptimizer[] = "optimizer.", kAdversary[] = "adversary.",
               kAdversaryOptimizer[] = "adversary_optimizer.", kBalancer[] = "balancer.",
               kUpdate[] = "update", kWeightsCount[] = "ema_count",
               kCodebooksCount[] = "codebooks_ema_count";

void Append(const std::string& prefix, const std::vector<NamedTensor>& more,
            std::vector<NamedTensor>* tensors) {
  for (const NamedTensor& tensor : more) tensors->push_back({prefix + tensor.name, tensor.value});
}

CodecNetwork MakeNetwork(const CodecTrainerSettings& settings) {
  CodecNetwork network(settings.codec);
  Initialise(network, settings.init, settings.seed);
  return network;
}

std::unique_ptr<Adversary> MakeAdversary(const CodecTrainerSettings& settings) {
  if (!settings.adversarial.enabled) return nullptr;
  return std::make_unique<Adversary>(settings.adversarial.discriminators, settings.adam,
                                     settings.seed + 1);
}

void LogUsage(const at::Tensor& codes, int64_t size, LogValues* log) {
  for (int64_t k = 0; k < codes.size(0); ++k) {
    const Usage usage = UsageOf(codes[k], size);
    log->push_back({StrCat("perplexity_q", k + 1), usage.perplexity});
    log->push_back({StrCat("used_q", k + 1), usage.fraction});
  }
}

}  // namespace

CodecTrainer::CodecTrainer(const CodecTrainerSettings& settings)
    : settings_(settings),
      network_(MakeNetwork(settings)),
      quantizer_(settings.quantizer),
      reconstruction_(settings.codec.sample_rate_hz),
      balancer_(settings.balancer),
      optimizer_(network_.parameters(), settings.adam),
      adversary_(MakeAdversary(settings)),
      weights_ema_(network_.parameters(), settings.ema),
      codebooks_ema_(quantizer_.buffers(), settings.ema) {}

bool CodecTrainer::WantsCodebooks() const {
  return update_ >= settings_.quantize_from && !quantizer_.initialised();
}

void CodecTrainer::SetCodebooks(const std::vector<at::Tensor>& batches) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> latents;
  for (const at::Tensor& batch : batches) latents.push_back(network_.Encode(batch));
  quantizer_.Initialise(at::cat(latents), static_cast<int64_t>(batches.size()));
}

void CodecTrainer::TrainAdversary(const at::Tensor& decoded, const at::Tensor& sound,
                                  LogValues* log) {
  const auto update = static_cast<uint64_t>(update_);
  const double drawn = Uniform(
      {settings_.seed, 0, static_cast<uint32_t>(update), static_cast<uint32_t>(update >> 32)});
  if (drawn * settings_.adversarial.every >= 1.0) return;
  log->push_back({"d_loss", adversary_->Train(decoded, sound)});
}

Balancer::Losses CodecTrainer::Losses(const at::Tensor& decoded, const at::Tensor& sound) const {
  Balancer::Losses losses;
  const auto wanted = [&](const char* name) {
    const auto found = settings_.balancer.weights.find(name);
    return found != settings_.balancer.weights.end() && found->second > 0.0;
  };
  if (wanted("l1")) losses.push_back({"l1", reconstruction_.L1(decoded, sound)});
  if (wanted("mel")) losses.push_back({"mel", reconstruction_.Mel(decoded, sound)});
  if (wanted("msspec")) losses.push_back({"msspec", reconstruction_.MultiScaleMel(decoded, sound)});
  if (wanted("sisnr")) losses.push_back({"sisnr", -SiSnr(decoded, sound).mean()});
  if (AdversaryPlays() && (wanted("adv") || wanted("feat"))) {
    const Adversary::Losses judged = adversary_->Judge(decoded, sound);
    if (wanted("adv")) losses.push_back({"adv", judged.adv});
    if (wanted("feat")) losses.push_back({"feat", judged.feat});
  }
  return losses;
}

LogValues CodecTrainer::Update(const at::Tensor& sound) {
  const auto update = static_cast<uint64_t>(update_);
  LogValues log;
  const at::Tensor latents = network_.Encode(sound);
  at::Tensor coded = latents, commitment;
  if (quantizer_.initialised()) {
    const ResidualQuantizer::Output output = quantizer_.Train(latents, update);
    coded = output.latents;
    commitment = output.commitment;
    log.push_back({"commitment", commitment.item<double>()});
    log.push_back({"renewed", static_cast<double>(output.renewed)});
    LogUsage(output.codes, settings_.quantizer.size, &log);
  }
  const at::Tensor decoded = network_.Decode(coded).narrow(2, 0, sound.size(2));
  // The losses' gradients end at the decoder's output; the balancer's sum goes on from there.
  const at::Tensor output = decoded.detach().set_requires_grad(true);
  if (AdversaryPlays()) TrainAdversary(output, sound, &log);
  const Balancer::Losses losses = Losses(output, sound);
  for (const auto& [name, loss] : losses) {
    log.push_back({name, loss.item<double>()});
    if (!std::isfinite(log.back().second)) {
      ThrowFailure("update ", update_, ": ", name, " is not a finite number: ", log.back().second);
    }
  }
  log.push_back({"si_snr", SiSnr(output.detach(), sound).mean().item<double>()});
  std::vector<at::Tensor> roots = {decoded}, gradients = {balancer_.Gradient(losses, output)};
  if (commitment.defined()) {
    roots.push_back(commitment);
    gradients.push_back(at::full({}, settings_.commitment_weight));
  }
  torch::autograd::backward(roots, gradients);
  optimizer_.Step(settings_.schedule.Factor(update_));
  ClearGradients(network_.parameters());
  ++update_;
  weights_ema_.AfterUpdate(update_);
  if (quantizer_.initialised()) codebooks_ema_.AfterUpdate(update_);
  return log;
}

LogValues CodecTrainer::Validate(const std::vector<at::Tensor>& batches) {
  const at::NoGradGuard no_grad;
  const WithAverages weights(network_.parameters(), weights_ema_);
  const WithAverages codebooks(quantizer_.buffers(), codebooks_ema_);
  double si_snr = 0, l1 = 0, mel = 0, msspec = 0;
  std::vector<at::Tensor> codes;
  for (const at::Tensor& sound : batches) {
    at::Tensor latents = network_.Encode(sound);
    if (quantizer_.initialised()) {
      const ResidualQuantizer::Output output = quantizer_.Quantize(latents);
      latents = output.latents;
      codes.push_back(output.codes);
    }
    const at::Tensor decoded = network_.Decode(latents).narrow(2, 0, sound.size(2));
    si_snr += SiSnr(decoded, sound).mean().item<double>();
    l1 += reconstruction_.L1(decoded, sound).item<double>();
    mel += reconstruction_.Mel(decoded, sound).item<double>();
    msspec += reconstruction_.MultiScaleMel(decoded, sound).item<double>();
  }
  const auto count = static_cast<double>(batches.size());
  LogValues values = {{"si_snr", si_snr / count},
                      {"l1", l1 / count},
                      {"mel", mel / count},
                      {"msspec", msspec / count}};
  if (!codes.empty()) LogUsage(at::cat(codes, 1), settings_.quantizer.size, &values);
  return values;
}

std::vector<NamedTensor> CodecTrainer::State() {
  std::vector<NamedTensor> tensors;
  for (const Parameters* parameters : {&network_.parameters(), &quantizer_.buffers()}) {
    Append(kModelPrefix, Parts(*parameters, Values(*parameters), ""), &tensors);
  }
  Append(kEmaPrefix, weights_ema_.State(), &tensors);
  Append(kEmaPrefix, codebooks_ema_.State(), &tensors);
  Append(kOptimizer, optimizer_.State(), &tensors);
  if (adversary_) {
    const Parameters& parameters = adversary_->parameters();
    Append(kAdversary, Parts(parameters, Values(parameters), ""), &tensors);
    Append(kAdversaryOptimizer, adversary_->optimizer().State(), &tensors);
  }
  return tensors;
}

std::map<std::string, double> CodecTrainer::Numbers() const {
  std::map<std::string, double> numbers = {{kUpdate, static_cast<double>(update_)},
                                           {kWeightsCount, weights_ema_.count()},
                                           {kCodebooksCount, codebooks_ema_.count()}};
  for (const auto& [name, number] : balancer_.Numbers()) numbers[kBalancer + name] = number;
  return numbers;
}

void CodecTrainer::SetNumbers(const std::map<std::string, double>& numbers) {
  update_ = static_cast<int64_t>(numbers.at(kUpdate));
  weights_ema_.set_count(numbers.at(kWeightsCount));
  codebooks_ema_.set_count(numbers.at(kCodebooksCount));
  std::map<std::string, double> balance;
  for (const auto& [name, number] : numbers) {
    if (name.starts_with(kBalancer)) balance[name.substr(sizeof(kBalancer) - 1)] = number;
  }
  balancer_.SetNumbers(balance);
}

std::vector<NamedTensor> CodecTrainer::Averages() {
  std::vector<NamedTensor> tensors = weights_ema_.State();
  Append("", codebooks_ema_.State(), &tensors);
  return tensors;
}

}  // namespace musicgen::train
