#include "train/lm/initialise.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compose/vocabulary.h"
#include "tiny_model.h"
#include "train/demo/primed_init.h"

namespace musicgen::train {
namespace {

double Deviation(const at::Tensor& x) { return x.square().mean().sqrt().item<double>(); }

// Of a normal distribution cut at 3 deviations, relative to the whole one.
constexpr double kCut = 0.98658;

// Wide enough for deviations to show.
LmModel InitialisedModel() {
  LmModelConfig config = TinyModelConfig();
  config.lm.width = 128;
  config.lm.heads = 4;
  config.lm.ffn_width = 512;
  LmModel model(config);
  Initialise(model, 7);
  return model;
}

TEST(Initialise, FollowsAudioCraftsScheme) {
  const LmModel model = InitialisedModel();
  const at::NoGradGuard no_grad;
  const double base = 1.0 / std::sqrt(128.0);
  const auto expect = [](const at::Tensor& tensor, double deviation, double bound) {
    EXPECT_NEAR(Deviation(tensor) / deviation, 1.0, 0.02);
    EXPECT_LE(tensor.abs().max().item<double>(), bound * 1.000001);
  };
  expect(model.embeddings(), kCut * base, 3 * base);
  expect(model.heads(), kCut * base, 3 * base);
  for (size_t i = 0; i < 2; ++i) {
    const LmModel::Layer& layer = model.layers()[i];
    const double depth = std::sqrt(2.0 * static_cast<double>(i + 1)), small = base / depth;
    expect(layer.self_qkv, base / std::sqrt(3.0), base);
    expect(layer.cross_kv, base / std::sqrt(3.0), base);
    expect(layer.self_out, kCut * small, 3 * small);
    expect(layer.cross_out, kCut * small, 3 * small);
    expect(layer.fc1, kCut * small, 3 * small);
    expect(layer.fc2, kCut * small / 2, 3 * small / 2);
    EXPECT_TRUE(at::equal(layer.self_norm.weight, at::ones({128})));
    EXPECT_TRUE(at::equal(layer.self_norm.bias, at::zeros({128})));
  }
  const double bound = 1.0 / std::sqrt(12.0);
  expect(model.projection(), bound / std::sqrt(3.0), bound);
}

// Logits of variance 1 cost about half a nat more than knowing nothing.
TEST(Initialise, BeginsNearKnowingNothing) {
  const LmModel model = InitialisedModel();
  const at::NoGradGuard no_grad;
  const Batch batch = LayOut({{{TinyItem(200, 64, 1, {4, 5})}}}, {0, 1, 2, 3}, 64);
  EXPECT_NEAR(model.Loss(batch).loss.item<double>(), std::log(64.0) + 0.5, 0.15);
}

class Primed : public ::testing::Test {
 protected:
  Primed() : vocabulary_(compose::Palette::kFull), model_(Config()) {
    InitialisePrimed(model_, vocabulary_, 2036);
  }
  static LmModelConfig Config() {
    LmModelConfig config = TinyModelConfig();
    config.lm.width = 192;
    config.lm.heads = 3;
    config.lm.layers = 1;
    config.lm.ffn_width = 192;
    config.lm.codebook_size = compose::kCodebookSize;
    return config;
  }
  at::Tensor Book(const at::Tensor& tables, int book, int64_t rows) const {
    return tables.detach().narrow(0, book * (tables.size(0) / compose::kBooks), rows);
  }

  compose::Vocabulary vocabulary_;
  LmModel model_;
};

// What sounds goes on: the row of the successor answers loudest. The row that begins a loop is that
// of two codes, so half of a looped sound's codes hear it first: training sorts that out.
TEST_F(Primed, ACodeAsksForItsSuccessor) {
  for (int book = 0; book < compose::kBooks; ++book) {
    const int used = vocabulary_.used(book);
    const at::Tensor next =
        at::mm(Book(model_.embeddings(), book, used), Book(model_.heads(), book, used).t())
            .argmax(1);
    int asked = 0, right = 0;
    for (int code = 1; code < used; ++code) {
      const compose::CodeMeaning& meaning = vocabulary_.meaning(book, code);
      if (compose::AgesOf(static_cast<compose::Book>(book), meaning.instrument).loop_from >= 0) {
        continue;
      }
      const int expected = meaning.last ? 0 : meaning.next;
      ++asked;
      right += next[code].item<int64_t>() == expected;
    }
    EXPECT_GT(right, asked * 0.97) << "book " << book << ": " << right << " of " << asked;
  }
}

TEST_F(Primed, CodesOfOneSoundShareItsVectors) {
  const at::Tensor lead = Book(model_.embeddings(), 3, vocabulary_.used(3));
  const auto likeness = [&](int a, int b) {
    return at::cosine_similarity(lead[a].unsqueeze(0), lead[b].unsqueeze(0)).item<double>();
  };
  const int of = vocabulary_.code(3, 0, 3, 0);
  // Shares 0.5² + 0.6² of 0.5² + 0.6² + 0.7² + 0.5²; the deviation of a chance likeness is 0.07.
  EXPECT_NEAR(likeness(of, vocabulary_.code(3, 0, 3, 1)), 0.61 / 1.35, 0.2);
  EXPECT_NEAR(likeness(of, vocabulary_.code(3, 1, 5, 2)), 0.0, 0.25);
}

TEST_F(Primed, NothingStandsInRowsThatAreNotUsed) {
  for (int book = 0; book < compose::kBooks; ++book) {
    const int used = vocabulary_.used(book), unused = compose::kCodebookSize - used;
    if (unused == 0) continue;
    const at::Tensor rows = Book(model_.heads(), book, compose::kCodebookSize);
    EXPECT_EQ(rows.narrow(0, used, unused).abs().max().item<double>(), 0.0);
  }
}

}  // namespace
}  // namespace musicgen::train
