// For lora_peers_test.py: a small model, an adapter trained on it for a few updates, and what the
// two predict; or what the model predicts with somebody else's adapter.
//   lora_peers FOLDER            writes model/, adapter/ and logits.safetensors into it
//   lora_peers FOLDER ADAPTER    writes logits.safetensors
#include <ATen/core/grad_mode.h>

#include <cstdio>

#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "lora_model.h"
#include "plain_model.h"
#include "train/export/export.h"
#include "train/lm/training_run.h"
#include "train/lora/adapter.h"
#include "train/lora/peft_files.h"
#include "train/optim/adamw.h"

namespace musicgen::train {
namespace {

const TokenIds kText = {5, 17, 300, 42, 1};

void Train(LmModel& model, const std::string& folder) {
  LoraSettings settings;
  settings.rank = 4;
  AddAdapter(model, settings);
  TrainingSettings plan;
  plan.schedule = {.updates = 8, .warmup = 0, .min_ratio = 1.0};
  plan.report_every = 0;
  TrainingRun run(model, std::make_unique<AdamW>(model.trained(), AdamWSettings{.lr = 2e-2}), plan,
                  folder, {});
  run.Run({.batch =
               [](int64_t) {
                 return LayOut({{{TinyItem(40, 128, 7, kText), TinyItem(40, 128, 8, {})}}},
                               {0, 1, 2, 3}, 128);
               },
           .report = {},
           .stop = {}});
}

void WriteLogits(LmModel& model, const std::string& path) {
  const at::NoGradGuard no_grad;
  const TrainingItem item = TinyItem(30, 128, 1, kText);
  const at::Tensor base = PlainModel(model).Logits(item);
  model.MergeLowRank();
  const at::Tensor logits = PlainModel(model).Logits(item);
  at::Tensor codes = at::empty({4, 30}, at::kInt), text = at::tensor(kText, at::kInt);
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 0; t < 30; ++t) codes[k][t] = item.codes.at(k, t);
  }
  const Shape shape = logits.sizes().vec();
  checkpoint::WriteSafetensors(path,
                               {{"base", DType::kF32, shape, base.const_data_ptr()},
                                {"logits", DType::kF32, shape, logits.const_data_ptr()},
                                {"codes", DType::kI32, {4, 30}, codes.const_data_ptr()},
                                {"text", DType::kI32, {text.size(0)}, text.const_data_ptr()}},
                               {});
}

void Run(const std::string& folder, const char* adapter) {
  LmModel model = ModelOfFixtures();
  if (adapter != nullptr) {
    ContinueAdapter(model, adapter, 0.0);
  } else {
    const std::string fixtures = kFixturesDirectory;
    Export({.model = model,
            .tokenizer_folder = fixtures + "/tokenizer",
            .codec_folder = fixtures + "/encodec_32khz",
            .sampling = {},
            .card = ""},
           ExportFormat::kHuggingFace, folder + "/model");
    Train(model, folder);
    WritePeftAdapter(model, folder + "/model", folder + "/adapter");
  }
  WriteLogits(model, folder + "/logits.safetensors");
}

}  // namespace
}  // namespace musicgen::train

int main(int argc, char** argv) {
  try {
    musicgen::train::Run(argv[1], argc > 2 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
