#include "train/lm/lm_model.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "near.h"
#include "plain_model.h"
#include "tiny_model.h"
#include "train/lm/initialise.h"

namespace musicgen::train {
namespace {

// A summation of a thousand f32 products errs by some 1e-6 of its size, a dozen layers by ten times
// that.
constexpr double kTolerance = 1e-4;

// Texts of several lengths, one absent; two lengths of items; weighted frames; in one group a
// length at which the delays leave a book one code.
std::vector<ItemGroup> Groups() {
  std::vector<ItemGroup> groups = {
      {{TinyItem(4, 40, 1, {1, 2, 3}), TinyItem(4, 40, 2, {}), TinyItem(4, 40, 3, {5})}, 0.4},
      {{TinyItem(40, 40, 4, TokenIds(30, 7)), TinyItem(40, 40, 5, {9, 8, 7, 6, 5, 4, 3, 1})}, 1.0}};
  std::vector<float>& weights = groups[1].items[0].frame_weights;
  weights[0] = 12.0f;
  weights[6] = 3.0f;
  weights[7] = 0.0f;
  return groups;
}

void ExpectGradientsOfPlainArithmetic(const LmModelConfig& config) {
  LmModel model(config);
  Initialise(model, 1);
  const at::Generator generator = at::detail::createCPUGenerator(2);
  model.text_encoder().Initialise(generator);  // a frozen one's weights come from elsewhere
  {  // Norms' vectors other than 1 and 0, which would hide that they are used.
    const at::NoGradGuard no_grad;
    for (const Parameter& parameter : model.parameters()) {
      if (parameter.value.dim() != 1) continue;
      at::Tensor(parameter.value).add_(at::randn(parameter.value.sizes(), generator), 0.2);
    }
  }
  const PlainModel plain(model);
  const std::vector<ItemGroup> groups = Groups();
  const at::Tensor expected = plain.Loss(groups);
  const HeadsLoss found =
      model.Loss(LayOut(groups, config.lm.pattern.delays, config.lm.special_token()));
  ASSERT_NEAR(found.loss.item<double>() / expected.item<double>(), 1.0, 1e-5);

  expected.backward();
  found.loss.backward();
  std::vector<at::Tensor> gradients;
  const Parameters trained = model.trained();
  for (const Parameter& parameter : trained) {
    ASSERT_TRUE(parameter.value.grad().defined()) << parameter.names.front();
    gradients.push_back(parameter.value.grad());
  }
  for (const NamedTensor& gradient : Parts(trained, gradients, "")) {
    EXPECT_TRUE(Near(gradient.value, plain.weights().at(gradient.name).grad(), kTolerance))
        << gradient.name;
  }
}

TEST(LmModel, HasTheGradientsOfPlainArithmetic) {
  ExpectGradientsOfPlainArithmetic(TinyModelConfig());
}

TEST(LmModel, HasThemWithAGatedTextEncoder) {
  LmModelConfig config = TinyModelConfig();
  config.t5.feed_forward = text::FeedForward::kGatedGelu;
  ExpectGradientsOfPlainArithmetic(config);
}

TEST(LmModel, HasThemWithoutProjection) {
  LmModelConfig config = TinyModelConfig();
  config.t5.d_model = config.lm.width;
  ExpectGradientsOfPlainArithmetic(config);
}

TEST(LmModel, TrainsTheProjectionOfAFrozenTextEncoder) {
  LmModelConfig config = TinyModelConfig();
  config.train_text_encoder = false;
  ExpectGradientsOfPlainArithmetic(config);
  LmModel model(config);
  for (const Parameter& parameter : model.trained()) {
    EXPECT_FALSE(parameter.names.front().starts_with("text_encoder.")) << parameter.names.front();
  }
}

TEST(LmModel, DoesWithoutAnyText) {
  LmModel model(TinyModelConfig());
  Initialise(model, 1);
  const std::vector<ItemGroup> groups = {{{TinyItem(8, 40, 1, {}), TinyItem(8, 40, 2, {})}}};
  const HeadsLoss found = model.Loss(LayOut(groups, {0, 1, 2, 3}, 64));
  EXPECT_NEAR(found.loss.item<double>(), PlainModel(model).Loss(groups).item<double>(), 1e-4);
}

TEST(LmModel, GivesAnItemTheSameLossInAnyCompany) {
  LmModel model(TinyModelConfig());
  Initialise(model, 1);
  const at::NoGradGuard no_grad;
  const std::vector<ItemGroup> groups = Groups();
  const at::Tensor together = model.Loss(LayOut(groups, {0, 1, 2, 3}, 64)).cross_entropy;
  const ItemGroup last = {{groups[1].items[1]}};
  const at::Tensor alone = model.Loss(LayOut({last}, {0, 1, 2, 3}, 64)).cross_entropy;
  EXPECT_TRUE(Near(together.narrow(1, 12 + 40, 40), alone, 1e-5));
}

// Gradients of the same weights and batch, part by part.
std::vector<NamedTensor> GradientsOf(const LmModelConfig& config, double* loss) {
  LmModel model(config);
  Initialise(model, 1);
  model.text_encoder().Initialise(at::detail::createCPUGenerator(2));
  const Batch batch = LayOut(Groups(), {0, 1, 2, 3}, 64);
  const HeadsLoss found = model.Loss(batch);
  *loss = found.loss.item<double>();
  found.loss.backward();
  std::vector<at::Tensor> gradients;
  for (const Parameter& parameter : model.trained()) gradients.push_back(parameter.value.grad());
  return Parts(model.trained(), gradients, "");
}

TEST(LmModel, HasTheSameGradientsWithCheckpointing) {
  for (const bool train_text : {true, false}) {
    LmModelConfig config = TinyModelConfig();
    config.train_text_encoder = train_text;
    double loss = 0, again = 0;
    const auto plain = GradientsOf(config, &loss);
    config.checkpointing = true;
    const auto checkpointed = GradientsOf(config, &again);
    EXPECT_EQ(loss, again);
    ASSERT_EQ(plain.size(), checkpointed.size());
    for (size_t i = 0; i < plain.size(); ++i) {
      EXPECT_TRUE(Near(checkpointed[i].value, plain[i].value, 1e-5)) << plain[i].name;
    }
  }
}

// Products of bfloat16 err by a few thousandths of their size.
TEST(LmModel, IsNearlyTheSameInBfloat16) {
  LmModelConfig config = TinyModelConfig();
  double loss = 0, rounded = 0, checkpointed = 0;
  const auto exact = GradientsOf(config, &loss);
  config.autocast = at::kBFloat16;
  const auto found = GradientsOf(config, &rounded);
  EXPECT_NE(rounded, loss);
  EXPECT_NEAR(rounded / loss, 1.0, 0.01);
  for (size_t i = 0; i < exact.size(); ++i) {
    EXPECT_EQ(found[i].value.scalar_type(), at::kFloat);
    EXPECT_TRUE(Near(found[i].value, exact[i].value, 0.1)) << exact[i].name;
  }
  config.checkpointing = true;
  GradientsOf(config, &checkpointed);
  EXPECT_EQ(checkpointed, rounded);
}

}  // namespace
}  // namespace musicgen::train
