#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "near.h"
#include "train/codec/k_means.h"
#include "train/codec/residual_quantizer.h"

namespace musicgen::train {
namespace {

// `count` vectors around each of `blobs` corners of a cube of side 20.
at::Tensor Blobs(int64_t blobs, int64_t count) {
  const at::Generator generator = at::detail::createCPUGenerator(3);
  at::Tensor vectors = at::randn({blobs, count, 3}, generator) * 0.1;
  for (int64_t b = 0; b < blobs; ++b) {
    for (int64_t axis = 0; axis < 3; ++axis)
      vectors[b].select(1, axis).add_(20.0 * (b >> axis & 1));
  }
  return vectors.flatten(0, 1);
}

// [B · T, D] as latents of one item.
at::Tensor Latents(const at::Tensor& vectors) { return vectors.t().unsqueeze(0); }

TEST(KMeans, FindsBlobsThatItsFirstCentresCover) {
  const at::Tensor vectors = Blobs(8, 50);
  const Clusters clusters = KMeans(vectors, 32, 50, at::detail::createCPUGenerator(1));
  const at::Tensor nearest = clusters.centres.index_select(0, Nearest(vectors, clusters.centres));
  EXPECT_LT((vectors - nearest).abs().max().item<double>(), 1.0);
  EXPECT_EQ(clusters.sizes.sum().item<double>(), 400);
}

TEST(KMeans, KeepsTheCentresOfEmptyClusters) {
  const at::Tensor vectors = at::ones({2, 3});
  const Clusters clusters = KMeans(vectors, 4, 5, at::detail::createCPUGenerator(1));
  EXPECT_TRUE(at::equal(clusters.centres, at::ones({4, 3})));
  EXPECT_EQ(clusters.sizes.max().item<double>(), 2);
}

QuantizerSettings Small(bool literal = false) {
  return {.codebooks = 2,
          .size = 8,
          .width = 3,
          .dead_code_threshold = 2.0,
          .literal = literal,
          .seed = 4};
}

TEST(ResidualQuantizer, IsExactOnItsCentresAndPassesTheGradient) {
  ResidualQuantizer quantizer(Small());
  const at::Tensor latents = Latents(Blobs(8, 50));
  EXPECT_FALSE(quantizer.initialised());
  quantizer.Initialise(latents);
  EXPECT_TRUE(quantizer.initialised());
  const at::Tensor input = latents.clone().set_requires_grad(true);
  const ResidualQuantizer::Output output = quantizer.Train(input, 0);
  EXPECT_LT((output.latents - latents).abs().max().item<double>(), 12.0);
  output.latents.sum().backward();
  EXPECT_TRUE(at::equal(input.grad(), at::ones_like(input)));
  EXPECT_EQ(output.codes.sizes(), (std::vector<int64_t>{2, 400}));
  // What remains after the second codebook is what is left of the latents.
  const ResidualQuantizer::Output again = quantizer.Quantize(latents);
  EXPECT_EQ(again.latents.sizes(), latents.sizes());
}

TEST(ResidualQuantizer, CommitmentPullsTowardsTheCodes) {
  ResidualQuantizer quantizer(Small());
  const at::Tensor latents = Latents(Blobs(8, 50));
  quantizer.Initialise(latents);
  const at::Tensor input = (latents + 0.5).set_requires_grad(true);
  const at::Tensor first = quantizer.codebooks()[0].embed.clone(),
                   second = quantizer.codebooks()[1].embed.clone();
  const ResidualQuantizer::Output output = quantizer.Train(input, 0);
  output.commitment.backward();
  const at::Tensor rows = input.detach()[0].t();
  const at::Tensor r1 = rows - first.index_select(0, output.codes[0]),
                   r2 = r1 - second.index_select(0, output.codes[1]);
  // d/dx of (mean r1² + mean r2²) / 2.
  EXPECT_TRUE(Near(input.grad()[0].t(), (r1 + r2) / static_cast<double>(rows.numel()), 1e-5));
}

TEST(ResidualQuantizer, RenewsDeadCodesForGood) {
  for (const bool literal : {false, true}) {
    ResidualQuantizer quantizer(Small(literal));
    const at::Tensor latents = Latents(Blobs(8, 50));
    quantizer.Initialise(latents);
    ResidualQuantizer::Codebook& book = quantizer.codebooks().front();
    // Three codes that no vector is near.
    book.embed.narrow(0, 0, 3).fill_(1e3);
    book.embed_avg.narrow(0, 0, 3).fill_(1e2);
    book.cluster_size.narrow(0, 0, 3).fill_(0.1);
    EXPECT_GE(quantizer.Train(latents, 0).renewed, 3);
    const double farthest = book.embed.abs().max().item<double>();
    if (literal) {
      EXPECT_GT(farthest, 500);
    } else {
      EXPECT_LT(farthest, 25);
    }
  }
}

TEST(ResidualQuantizer, MovesByTheAverage) {
  QuantizerSettings settings = Small();
  settings.dead_code_threshold = 0.0;
  ResidualQuantizer quantizer(settings);
  const at::Tensor latents = Latents(Blobs(8, 50));
  quantizer.Initialise(latents);
  const ResidualQuantizer::Codebook& book = quantizer.codebooks().front();
  // A mean of vectors stays one while the same vectors come.
  const at::Tensor taken = book.cluster_size.gt(0).nonzero().flatten();
  const at::Tensor before = book.embed.index_select(0, taken);
  quantizer.Train(latents, 0);
  EXPECT_TRUE(Near(book.embed.index_select(0, taken), before, 1e-4));
}

TEST(UsageOf, CountsCodes) {
  const Usage even = UsageOf(at::arange(0, 16, at::kLong).remainder(4), 8);
  EXPECT_NEAR(even.perplexity, 4.0, 1e-9);
  EXPECT_NEAR(even.fraction, 0.5, 1e-9);
  EXPECT_NEAR(UsageOf(at::zeros({5}, at::kLong), 8).perplexity, 1.0, 1e-9);
}

}  // namespace
}  // namespace musicgen::train
