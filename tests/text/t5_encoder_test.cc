#include "text/t5_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "golden.h"
#include "text/expected_tensors.h"

namespace musicgen::text {
namespace {

using kernels::WeightFormat;

struct Model {
  T5Config config;
  std::unique_ptr<checkpoint::TensorSource> source;
  std::string prefix;
};

Model OpenModel(const std::string& fixture) {
  const std::string directory = std::string(kFixturesDirectory) + "/" + fixture;
  const auto config = checkpoint::Config::ReadFile(directory + "/config.json");
  const bool nested = config.Has("text_encoder");
  return {ReadT5Config(nested ? config.Object("text_encoder") : config),
          checkpoint::OpenSafetensors(directory + "/model.safetensors"),
          nested ? "text_encoder." : ""};
}

T5Encoder Load(const Model& model, WeightFormat format = WeightFormat::kF32) {
  ThreadPool pool(2);
  return T5Encoder(pool, model.config, *model.source, model.prefix, format);
}

// Row `row` of a batch [B, S] without its padding.
TokenIds RowOf(const Golden& golden, int64_t row) {
  const int64_t length = golden.ShapeOf("t5.batch.ids")[1];
  const std::vector<int32_t> ids = golden.Ints("t5.batch.ids");
  const std::vector<int32_t> mask = golden.Ints("t5.batch.mask");
  TokenIds out;
  for (int64_t i = row * length; i < (row + 1) * length; ++i) {
    if (mask[static_cast<size_t>(i)] != 0) out.push_back(ids[static_cast<size_t>(i)]);
  }
  return out;
}

TokenIds SomeIds(int64_t count, int64_t vocab_size) {
  TokenIds ids;
  uint32_t random = 5;
  for (int64_t i = 0; i < count; ++i) {
    random = random * 1664525 + 1013904223;
    ids.push_back(static_cast<int32_t>((random >> 8) % static_cast<uint32_t>(vocab_size)));
  }
  return ids;
}

// The reference in float32 is 1.2e-6 away from float64 here; two such errors fit ten times.
constexpr double kTolerance = 2e-5;

TEST(T5Encoder, GivesTheGoldenStatesOfABatchRowByRow) {
  const Golden golden("hf-tiny-mono");
  const Model model = OpenModel("hf-tiny-mono");
  const T5Encoder encoder = Load(model);
  ThreadPool pool(2);
  const Shape shape = golden.ShapeOf("t5.batch.hidden");
  const std::vector<float> hidden = golden.Floats("t5.batch.hidden");
  for (int64_t row = 0; row < shape[0]; ++row) {
    const std::vector<float> states = encoder.Encode(pool, RowOf(golden, row));
    const std::span<const float> expected(hidden.data() + row * shape[1] * shape[2], states.size());
    EXPECT_LT(MaxAbsDiff(states, expected), kTolerance) << "row " << row;
  }
}

TEST(T5Encoder, GivesTheGoldenStatesOfALongPrompt) {
  const Golden golden("hf-tiny-mono");
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  ThreadPool pool(2);
  EXPECT_LT(MaxAbsDiff(encoder.Encode(pool, golden.Ints("tok.4")), golden.Floats("t5.long.hidden")),
            kTolerance);
}

// Gated feed-forward, odd sizes, eight buckets, the embedding stored as encoder.embed_tokens. There
// the reference is 7.9e-6 away from float64.
TEST(T5Encoder, GivesTheStatesOfAGatedModel) {
  const Golden golden("t5-gated");
  const T5Encoder encoder = Load(OpenModel("t5-gated"));
  ThreadPool pool(2);
  EXPECT_LT(MaxAbsDiff(encoder.Encode(pool, golden.Ints("ids")), golden.Floats("hidden")), 4e-5);
}

TEST(T5Encoder, GivesTheSameBitsOnAnyNumberOfThreads) {
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  for (const int64_t tokens : {1, 5, 100, 500}) {
    const TokenIds ids = SomeIds(tokens, encoder.config().vocab_size);
    std::vector<float> first;
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      const std::vector<float> states = encoder.Encode(pool, ids);
      ASSERT_EQ(states.size(), static_cast<size_t>(tokens * encoder.config().d_model));
      if (threads == 1) first = states;
      EXPECT_EQ(0, std::memcmp(first.data(), states.data(), states.size() * sizeof(float)))
          << tokens << " tokens, " << threads << " threads";
    }
  }
}

TEST(T5Encoder, TakesPromptsOfAnyLength) {
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  ThreadPool pool(2);
  const std::vector<float> states =
      encoder.Encode(pool, SomeIds(2100, encoder.config().vocab_size));
  ASSERT_EQ(states.size(), static_cast<size_t>(2100 * encoder.config().d_model));
  for (const float value : states) ASSERT_TRUE(std::isfinite(value));
}

TEST(T5Encoder, GivesNoStatesWhenStopped) {
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    std::atomic<bool> stop = true;
    EXPECT_TRUE(encoder.Encode(pool, SomeIds(5, encoder.config().vocab_size), &stop).empty());
    stop = false;
    EXPECT_FALSE(encoder.Encode(pool, SomeIds(5, encoder.config().vocab_size), &stop).empty());
  }
}

// Memory quadratic in the tokens would be hundreds of gigabytes here.
TEST(T5Encoder, TakesMemoryLinearInTheTokens) {
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  ThreadPool pool(2);
  const std::atomic<bool> stop = true;
  EXPECT_TRUE(encoder.Encode(pool, SomeIds(400'000, encoder.config().vocab_size), &stop).empty());
}

// One layer of so many tokens takes many seconds, all of it in attention.
TEST(T5Encoder, StopsInTheMiddleOfALayer) {
  const T5Encoder encoder = Load(OpenModel("hf-tiny-mono"));
  ThreadPool pool(2);
  std::atomic<bool> stop = false;
  std::chrono::steady_clock::time_point asked;
  std::thread outside([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    asked = std::chrono::steady_clock::now();
    stop = true;
  });
  const std::vector<float> states =
      encoder.Encode(pool, SomeIds(200'000, encoder.config().vocab_size), &stop);
  const auto returned = std::chrono::steady_clock::now();
  outside.join();
  EXPECT_TRUE(states.empty());
  // Forty looks at the flag, for a busy machine or a sanitizer's pace.
  EXPECT_LT(std::chrono::duration<double>(returned - asked).count(), 2.0);
}

// bfloat16 has 8 significant bits; three layers of it stay within a few of its steps.
TEST(T5Encoder, PacksNarrowerFormats) {
  const Golden golden("hf-tiny-mono");
  const Model model = OpenModel("hf-tiny-mono");
  ThreadPool pool(1);
  const std::vector<float> expected = golden.Floats("t5.long.hidden");
  const auto error = [&](WeightFormat format) {
    return MaxAbsDiff(Load(model, format).Encode(pool, golden.Ints("tok.4")), expected);
  };
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  EXPECT_LT(error(WeightFormat::kF16), largest / 256);
  EXPECT_LT(error(WeightFormat::kBF16), largest / 32);
  EXPECT_LT(Load(model, WeightFormat::kBF16).bytes(), Load(model).bytes() * 6 / 10);
}

TEST(T5Encoder, ExpectsWhatTheFilesHold) {
  for (const char* fixture : {"hf-tiny-mono", "t5-gated"}) {
    const Model model = OpenModel(fixture);
    checkpoint::CheckTensors(*model.source,
                             ExpectedTensors(model.config, *model.source, model.prefix),
                             {"audio_encoder.*", "decoder.*", "enc_to_dec_proj.*"}, true);
  }
}

// A source with nothing but names.
class NameSource : public checkpoint::TensorSource {
 public:
  explicit NameSource(std::vector<std::string> names) : names_(std::move(names)) {}
  const std::vector<std::string>& Names() const override { return names_; }
  bool Has(const std::string& name) const override {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  TensorView Get(const std::string& name) const override { ThrowBadInput("no ", name); }
  void Drop(const TensorView&) const override {}
  const std::string& Where() const override { return where_; }

 private:
  std::vector<std::string> names_;
  std::string where_ = "names";
};

TEST(T5Encoder, AcceptsBothNamesOfTheEmbedding) {
  const auto expected = [](std::vector<std::string> names) {
    T5Config config;
    std::vector<std::string> out;
    for (const auto& tensor : ExpectedTensors(config, NameSource(std::move(names)), "t.")) {
      if (tensor.shape == Shape{config.vocab_size, config.d_model}) out.push_back(tensor.name);
    }
    return out;
  };
  using Strings = std::vector<std::string>;
  const std::string shared = "t.shared.weight";
  const std::string own = "t.encoder.embed_tokens.weight";
  EXPECT_EQ(expected({shared}), (Strings{shared}));
  EXPECT_EQ(expected({own}), (Strings{own}));
  EXPECT_EQ(expected({own, shared}), (Strings{shared, own}));
  EXPECT_EQ(expected({}), (Strings{shared}));
}

}  // namespace
}  // namespace musicgen::text
