#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>

#include <cmath>

#include "near.h"
#include "train/optim/adamw.h"
#include "train/optim/dadapt_adam.h"
#include "train/optim/ema.h"

namespace musicgen::train {
namespace {

Parameter Leaf(const std::string& name, const at::Tensor& value, double lr_scale = 1.0) {
  return {{name}, value.clone().set_requires_grad(true), lr_scale};
}

Parameters TwoLeaves(double second_scale) {
  const at::Generator generator = at::detail::createCPUGenerator(1);
  return {Leaf("a", at::randn({3, 4}, generator)),
          Leaf("b", at::randn({5}, generator), second_scale)};
}

void GiveGradients(const Parameters& parameters, int step) {
  const at::Generator generator = at::detail::createCPUGenerator(static_cast<uint64_t>(10 + step));
  for (const Parameter& parameter : parameters) {
    parameter.value.mutable_grad() = at::randn(parameter.value.sizes(), generator);
  }
}

TEST(AdamW, StepsAsTorchsDoes) {
  const Parameters ours = TwoLeaves(2.0), theirs = TwoLeaves(2.0);
  const AdamWSettings settings{.lr = 1e-2, .beta1 = 0.9, .beta2 = 0.95, .weight_decay = 0.1};
  AdamW adam(ours, settings);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const Parameter& parameter : theirs) {
    auto options = std::make_unique<torch::optim::AdamWOptions>(1.0);
    options->betas({0.9, 0.95}).eps(settings.eps).weight_decay(0.1);
    groups.emplace_back(std::vector<at::Tensor>{parameter.value}, std::move(options));
  }
  torch::optim::AdamW torchs(groups, torch::optim::AdamWOptions(1e-2));
  for (int step = 0; step < 20; ++step) {
    const double factor = step == 0 ? 0.0 : 1.0 / step;
    GiveGradients(ours, step);
    GiveGradients(theirs, step);
    for (size_t i = 0; i < theirs.size(); ++i) {
      auto& options = static_cast<torch::optim::AdamWOptions&>(torchs.param_groups()[i].options());
      options.lr(settings.lr * factor * theirs[i].lr_scale);
    }
    adam.Step(factor);
    torchs.step();
    for (size_t i = 0; i < ours.size(); ++i) {
      ASSERT_TRUE(Near(ours[i].value, theirs[i].value, 1e-6)) << "step " << step;
    }
  }
}

TEST(AdamW, LeavesWhatHasNoGradient) {
  const Parameters parameters = TwoLeaves(1.0);
  const at::Tensor before = parameters[1].value.detach().clone();
  AdamW adam(parameters, {});
  parameters[0].value.mutable_grad() = at::ones({3, 4});
  adam.Step(1.0);
  EXPECT_TRUE(at::equal(parameters[1].value, before));
}

TEST(ClipGradients, ScalesAsTorchsDoes) {
  const Parameters ours = TwoLeaves(1.0), theirs = TwoLeaves(1.0);
  for (const double most : {0.5, 1e3}) {
    GiveGradients(ours, 0);
    GiveGradients(theirs, 0);
    const double norm = torch::nn::utils::clip_grad_norm_(Values(theirs), most);
    EXPECT_NEAR(ClipGradients(ours, most), norm, 1e-5);
    for (size_t i = 0; i < ours.size(); ++i) {
      EXPECT_TRUE(Near(ours[i].value.grad(), theirs[i].value.grad(), 1e-6));
    }
  }
}

TEST(ClipGradients, OfZeroLeavesThem) {
  const Parameters parameters = TwoLeaves(1.0);
  GiveGradients(parameters, 0);
  const at::Tensor before = parameters[0].value.grad().clone();
  EXPECT_GT(ClipGradients(parameters, 0.0), 1.0);
  EXPECT_TRUE(at::equal(parameters[0].value.grad(), before));
}

// The published pseudo-code for one number at a time, in double precision.
struct PlainDAdapt {
  double d = 1e-6, r = 0.0, m = 0.0, v = 0.0, s = 0.0;
  void Step(double lambda, double gradient, double* x) {
    const double b1 = 0.9, b2 = 0.999, dlr = d * lambda;
    m = b1 * m + (1 - b1) * dlr * gradient;
    v = b2 * v + (1 - b2) * gradient * gradient;
    const double divisor = std::sqrt(v) + 1e-8;
    s = b2 * s + (1 - b2) * dlr * gradient;
    r = b2 * r + (1 - b2) * dlr * dlr * gradient * gradient / divisor;
    if (s == 0.0) return;
    if (lambda > 0.0) d = std::max(d, (s * s / divisor / (1 - b2) - r) / std::abs(s));
    *x -= m / divisor;
  }
};

TEST(DAdaptAdam, FollowsThePseudoCodeAndFindsTheMinimum) {
  // f(x) = (x − 3)² / 2 from 0: the distance is 3, the first guess of it a millionth.
  const Parameters parameters = {Leaf("x", at::zeros({1}))};
  DAdaptAdam adam(parameters, {});
  PlainDAdapt plain;
  double x = 0.0, nearest = 3.0;
  for (int step = 0; step < 600; ++step) {
    parameters[0].value.mutable_grad() = parameters[0].value.detach() - 3.0;
    adam.Step(1.0);
    plain.Step(1.0, x - 3.0, &x);
    if (step < 100) {
      ASSERT_NEAR(adam.d() / plain.d, 1.0, 1e-3) << step;
    }
    nearest = std::min(nearest, std::abs(parameters[0].value.item<double>() - 3.0));
  }
  EXPECT_GT(adam.d(), 1e-3);
  EXPECT_LT(nearest, 0.1);
}

TEST(DAdaptAdam, StaysWhereTheGradientIsZero) {
  const Parameters parameters = {Leaf("x", at::ones({2}))};
  DAdaptAdam adam(parameters, {.weight_decay = 0.1});
  parameters[0].value.mutable_grad() = at::zeros({2});
  adam.Step(1.0);
  EXPECT_TRUE(at::equal(parameters[0].value, at::ones({2})));
}

TEST(Ema, CopiesFirstAndMovesEveryTenth) {
  const Parameters parameters = {Leaf("x", at::zeros({1}))};
  Ema ema(parameters, {.decay = 0.99, .every = 10});
  double expected = 0.0;
  for (int64_t update = 1; update <= 40; ++update) {
    parameters[0].value.detach().fill_(static_cast<double>(update));
    ema.AfterUpdate(update);
    // Weights 1, 1/1.99, 1/(0.99 · 1.99 + 1) …
    if (update == 10) expected = 10.0;
    if (update == 20) expected += (20.0 - expected) / 1.99;
    if (update == 30) expected += (30.0 - expected) / 2.9701;
    if (update == 40) expected += (40.0 - expected) / 3.940399;
    ASSERT_NEAR(ema.averages()[0].item<double>(), expected, 1e-5) << update;
  }
}

TEST(Ema, TakesTheParametersPlaceForAWhile) {
  const Parameters parameters = {Leaf("x", at::zeros({1}))};
  Ema ema(parameters, {.every = 1});
  ema.AfterUpdate(1);
  parameters[0].value.detach().fill_(5.0);
  {
    const WithAverages averages(parameters, ema);
    EXPECT_EQ(parameters[0].value.item<double>(), 0.0);
  }
  EXPECT_EQ(parameters[0].value.item<double>(), 5.0);
}

}  // namespace
}  // namespace musicgen::train
