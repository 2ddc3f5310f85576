#include "train/lm/training_run.h"

#include <gtest/gtest.h>

#include "in_folder.h"
#include "tiny_model.h"
#include "train/checkpoint/training_state.h"
#include "train/lm/initialise.h"
#include "train/optim/adamw.h"
#include "train/optim/dadapt_adam.h"

namespace musicgen::train {
namespace {

TrainingSettings Settings(int64_t updates) {
  TrainingSettings settings;
  settings.schedule = {.updates = updates, .warmup = 5, .min_ratio = 0.03};
  settings.ema = {.decay = 0.99, .every = 3};
  settings.report_every = 0;
  return settings;
}

Batch BatchOf(int64_t update) {
  const auto seed = static_cast<uint32_t>(100 * update);
  return LayOut({{{TinyItem(20, 64, seed, {1, 2}), TinyItem(20, 64, seed + 1, {})}}}, {0, 1, 2, 3},
                64);
}

template <class Make>
TrainingState Train(const std::string& folder, const std::vector<int64_t>& stops,
                    const Make& make_optimizer) {
  for (const int64_t stop : stops) {
    LmModel model(TinyModelConfig());
    Initialise(model, 1);
    TrainingRun run(model, make_optimizer(model.trained()), Settings(20), folder, {});
    run.Run({.batch = BatchOf, .report = {}, .stop = [&] { return run.update() >= stop; }});
  }
  TrainingState state;
  LmModel model(TinyModelConfig());
  const auto optimizer = make_optimizer(model.trained());
  const Ema ema(model.trained(), {});
  for (const char* part : {"model.", "ema."}) {
    for (NamedTensor& tensor : Parts(model.parameters(), Values(model.parameters()), part)) {
      state.tensors.push_back({tensor.name, tensor.value.clone()});
    }
  }
  for (const NamedTensor& tensor : optimizer->State()) {
    state.tensors.push_back({"optimizer." + tensor.name, tensor.value});
  }
  LoadTrainingState(folder + "/checkpoint.safetensors", state);
  return state;
}

void ExpectSame(const TrainingState& a, const TrainingState& b) {
  EXPECT_EQ(a.values, b.values);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    EXPECT_TRUE(at::equal(a.tensors[i].value, b.tensors[i].value)) << a.tensors[i].name;
  }
}

using Resume = InFolder;

TEST_F(Resume, TenAndTenAreTwentyToTheBit) {
  const auto adam = [](const Parameters& trained) {
    return std::make_unique<AdamW>(trained, AdamWSettings{.lr = 1e-2});
  };
  ExpectSame(Train(Folder("parts"), {10, 20}, adam), Train(Folder("whole"), {20}, adam));
}

TEST_F(Resume, OfDAdaptIsExactToo) {
  const auto adam = [](const Parameters& trained) {
    return std::make_unique<DAdaptAdam>(trained, DAdaptSettings{});
  };
  ExpectSame(Train(Folder("parts"), {7, 13, 20}, adam), Train(Folder("whole"), {20}, adam));
}

TEST_F(Resume, RefusesAnotherPlan) {
  const std::string folder = Folder("plan");
  const auto adam = [](const Parameters& trained) {
    return std::make_unique<AdamW>(trained, AdamWSettings{});
  };
  Train(folder, {5}, adam);
  LmModel model(TinyModelConfig());
  EXPECT_THROW(TrainingRun(model, adam(model.trained()), Settings(30), folder, {}), std::exception);
}

using Overfit = InFolder;

// Four items of two seconds, their captions alike: what tells them apart is what was played.
TEST_F(Overfit, KnowsOneBatchByHeart) {
  LmModelConfig config = TinyModelConfig();
  config.lm.width = 64;
  config.lm.heads = 2;
  config.lm.ffn_width = 256;
  LmModel model(config);
  Initialise(model, 1);
  std::vector<TrainingItem> items;
  for (uint32_t i = 0; i < 4; ++i) items.push_back(TinyItem(100, 64, i, {static_cast<int>(i) + 1}));
  const Batch batch = LayOut({{items}}, {0, 1, 2, 3}, 64);
  TrainingSettings settings = Settings(200);
  settings.schedule.warmup = 20;
  settings.log_every = 100;
  TrainingRun run(
      model, std::make_unique<AdamW>(model.trained(), AdamWSettings{.lr = 5e-3, .weight_decay = 0}),
      settings, Folder("overfit"), {});
  run.Run({.batch = [&](int64_t) { return batch; }, .report = {}, .stop = {}});
  EXPECT_LT(model.Loss(batch).loss.item<double>(), 0.1);
}

using Accumulation = InFolder;

// Four items at once, and two by two.
TEST_F(Accumulation, IsALargerBatch) {
  const auto item = [](int64_t number) {
    const auto seed = static_cast<uint32_t>(number);
    return TinyItem(12 + 4 * (number % 3), 64, seed, {static_cast<int32_t>(number % 7) + 1});
  };
  const auto train = [&](int64_t parts, const std::string& folder) {
    LmModel model(TinyModelConfig());
    Initialise(model, 1);
    TrainingSettings settings = Settings(6);
    settings.accumulation = parts;
    TrainingRun run(
        model, std::make_unique<AdamW>(model.trained(), AdamWSettings{.lr = 1e-3, .eps = 1e-4}),
        settings, folder, {});
    run.Run({.batch =
                 [&](int64_t pass) {
                   const int64_t update = pass / parts;
                   std::vector<TrainingItem> items;
                   std::vector<double> frames(4);
                   for (int64_t i = 0; i < 4; ++i) {
                     const int64_t length = item(4 * update + i).codes.frames;
                     const auto own = PredictedFrames(length, length, {0, 1, 2, 3});
                     for (size_t k = 0; k < 4; ++k) frames[k] += own[k];
                     if (i * parts / 4 == pass % parts) items.push_back(item(4 * update + i));
                   }
                   return LayOutTogether(items, {0, 1, 2, 3}, 64, frames);
                 },
             .report = {},
             .stop = {}});
    std::vector<at::Tensor> values;
    for (const at::Tensor& value : Values(model.parameters())) values.push_back(value.detach());
    return values;
  };
  const auto whole = train(1, Folder("whole")), parts = train(2, Folder("parts"));
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_LT((whole[i] - parts[i]).abs().max().item<double>(), 1e-4) << i;
  }
}

}  // namespace
}  // namespace musicgen::train
