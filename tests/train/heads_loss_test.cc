#include "train/lm/heads_loss.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "near.h"

namespace musicgen::train {
namespace {

constexpr int64_t kBooks = 3, kSize = 80, kWidth = 8;

struct Case {
  at::Tensor hidden, heads, targets, weights;
};

// Targets below `used`, a few positions without one.
Case MakeCase(int64_t positions, int64_t used) {
  const at::Generator generator = at::detail::createCPUGenerator(3);
  Case made;
  made.hidden = at::randn({positions, kWidth}, generator).set_requires_grad(true);
  made.heads = at::randn({kBooks * kSize, kWidth}, generator).set_requires_grad(true);
  made.targets = at::randint(used, {kBooks, positions}, generator, at::kLong);
  made.targets.masked_fill_(at::rand({kBooks, positions}, generator).lt(0.1), -1);
  made.weights = at::rand({kBooks, positions}, generator) * made.targets.ge(0);
  return made;
}

at::Tensor PlainLoss(const Case& from, const at::Tensor& heads) {
  at::Tensor loss = at::zeros({});
  for (int64_t k = 0; k < kBooks; ++k) {
    const at::Tensor logits = at::mm(from.hidden, heads.narrow(0, k * kSize, kSize).t());
    const at::Tensor targets = from.targets[k].clamp_min(0).unsqueeze(1);
    const at::Tensor cost = -at::log_softmax(logits, 1).gather(1, targets).squeeze(1);
    loss = loss + (cost * from.weights[k]).sum();
  }
  return loss;
}

std::vector<at::Tensor> GradientsOf(const at::Tensor& loss, const Case& of) {
  of.hidden.mutable_grad().reset();
  of.heads.mutable_grad().reset();
  loss.backward();
  return {of.hidden.grad().clone(), of.heads.grad().clone()};
}

// 1300 positions make three chunks, the last not full.
TEST(CrossEntropyOfHeads, HasTheGradientsOfPlainArithmetic) {
  const Case of = MakeCase(1300, kSize);
  const at::Tensor plain = PlainLoss(of, of.heads);
  const HeadsLoss fused = CrossEntropyOfHeads(of.hidden, of.heads, of.targets, of.weights, {});
  EXPECT_NEAR(fused.loss.item<double>() / plain.item<double>(), 1.0, 1e-5);
  const auto expected = GradientsOf(plain * 3.0, of), found = GradientsOf(fused.loss * 3.0, of);
  EXPECT_TRUE(Near(found[0], expected[0], 1e-5));
  EXPECT_TRUE(Near(found[1], expected[1], 1e-5));
}

TEST(CrossEntropyOfHeads, SumsUpToTheLossItGivesByPosition) {
  const Case of = MakeCase(100, kSize);
  const at::NoGradGuard no_grad;
  const HeadsLoss loss = CrossEntropyOfHeads(of.hidden, of.heads, of.targets, of.weights, {});
  EXPECT_NEAR((loss.cross_entropy * of.weights).sum().item<double>(), loss.loss.item<double>(),
              1e-3);
  EXPECT_EQ(loss.cross_entropy.masked_select(of.targets.lt(0)).abs().sum().item<double>(), 0.0);
}

// One row stands for all that never occur: as if they were copies of it, in value and gradient.
TEST(CrossEntropyOfHeads, OfUnusedRowsIsThatOfTheirCopies) {
  const std::vector<int64_t> used = {20, 31, 80};
  const Case of = MakeCase(200, 20);
  {
    const at::NoGradGuard no_grad;
    CopyUnusedRows(of.heads, used);
  }
  const HeadsLoss short_one =
      CrossEntropyOfHeads(of.hidden, of.heads, of.targets, of.weights, used);
  const at::Tensor whole = PlainLoss(of, of.heads);
  EXPECT_NEAR(short_one.loss.item<double>() / whole.item<double>(), 1.0, 1e-5);
  const auto expected = GradientsOf(whole, of), found = GradientsOf(short_one.loss, of);
  EXPECT_TRUE(Near(found[0], expected[0], 1e-5));
  // Book 0 computes 32 rows (20 used), the last of them for 49.
  EXPECT_TRUE(Near(found[1].narrow(0, 0, 31), expected[1].narrow(0, 0, 31), 1e-5));
  EXPECT_TRUE(Near(found[1][31], expected[1].narrow(0, 31, 49).sum(0), 1e-5));
  EXPECT_EQ(found[1].narrow(0, 32, 48).abs().max().item<double>(), 0.0);
  EXPECT_TRUE(Near(found[1].narrow(0, 160, 80), expected[1].narrow(0, 160, 80), 1e-5));
}

}  // namespace
}  // namespace musicgen::train
