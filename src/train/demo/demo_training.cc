#include "train/demo/demo_training.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/side_files.h"
#include "compose/tokenizer_files.h"
#include "train/demo/demo_batches.h"
#include "train/demo/demo_report.h"
#include "train/demo/demo_samples.h"
#include "train/demo/demo_settings.h"
#include "train/demo/primed_init.h"
#include "train/distributed/join.h"
#include "train/lm/run_settings.h"
#include "train/settings/palette_setting.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

// What the file of settings may leave out.
TrainingSettings Defaults() {
  TrainingSettings run;
  run.schedule = {.updates = 3270, .warmup = 30, .min_ratio = 0.03};
  run.ema = {.decay = 0.99, .every = 1};
  return run;
}

DemoBatchSettings ReadBatches(const Config& settings, int64_t updates) {
  const Config data = settings.Object("dataset"), small = data.Object("short"),
               middle = data.Object("middle"), large = data.Object("long"),
               later = data.Object("later");
  const auto items = [](const Config& crops) { return crops.Int("items", 1, 1, 1 << 16); };
  const auto frames = [](const Config& crops) { return crops.Int("frames", 20, 1, 1 << 14); };
  DemoBatchSettings batches;
  batches.seed = static_cast<uint64_t>(settings.Int("seed", 2036, 0, int64_t{1} << 40));
  batches.crops = {.short_items = items(small),
                   .short_frames = frames(small),
                   .short_weight = small.Number("weight", 0.4, 0.0, 1e6),
                   .middle_items = items(middle),
                   .middle_frames = frames(middle),
                   .long_items = items(large),
                   .long_frames = frames(large)};
  const double from = later.Number("from", 1.0, 0.0, 1.0);
  batches.crops.long_from = std::llround(from * static_cast<double>(updates));
  const std::vector<int64_t> bounds = later.Ints("frames", {1000, 1500}, 1, 1 << 14, 2);
  if (bounds.size() != 2 || bounds[0] > bounds[1]) {
    ThrowBadInput(later.Where("frames"), ": expected the least and the most frames");
  }
  batches.crops.long_low = bounds[0];
  batches.crops.long_high = bounds[1];
  batches.crops.continuations = later.Number("continuations", 0.0, 0.0, 1.0);
  batches.crops.given_frames = later.Int("given_frames", 100, 1, 1 << 14);
  batches.complete_captions = data.Number("complete_captions", 0.4, 0.0, 1.0);
  batches.null_captions =
      settings.Object("classifier_free_guidance").Number("training_dropout", 0.12, 0.0, 1.0);
  batches.grid_weight = static_cast<float>(data.Number("grid_weight", 3.0, 0.0, 1e6));
  batches.first_weight = static_cast<float>(data.Number("first_weight", 12.0, 0.0, 1e6));
  return batches;
}

text::Tokenizer OpenTokenizer(const std::string& folder, const Processes& processes) {
  if (processes.first() && !std::filesystem::exists(folder + "/tokenizer.json")) {
    MakeFolders(folder);
    compose::WriteTokenizerFiles(folder);
  }
  processes.Wait();
  return text::Tokenizer::Load(*checkpoint::FilesOfDirectory(folder));
}

// Of as many clips as the settings ask for, where the folder has a codec already.
void AddSamples(const Config& settings, const LmModel& model, const compose::Vocabulary& vocabulary,
                uint64_t seed, const std::string& work, LogValues* values) {
  DemoSampleSettings samples;
  samples.seed = seed;
  samples.samples = settings.Object("logging").Int("samples", 32, 0, 1 << 16);
  const std::string codec = work + "/codec";
  if (samples.samples == 0 || !std::filesystem::exists(codec + "/config.json")) return;
  const LogValues measured = MeasureSamples({.model = model,
                                             .tokenizer_folder = work + "/tokenizer",
                                             .codec_folder = codec,
                                             .sampling = ReadSamplingDefaults(settings),
                                             .card = ""},
                                            vocabulary, samples, work + "/lm/samples.part");
  values->insert(values->end(), measured.begin(), measured.end());
}

}  // namespace

bool TrainDemo(const Config& settings, const std::string& work, const std::function<bool()>& stop) {
  const compose::Vocabulary vocabulary(ReadPalette(settings));
  LmModelConfig config = ReadDemoModel(settings, vocabulary);
  const TrainingSettings run_settings = ReadTrainingSettings(settings, Defaults());
  if (run_settings.accumulation != 1) {
    ThrowBadInput(settings.Object("optim").Where("accumulation"),
                  ": expected 1 in the demo, found ", run_settings.accumulation);
  }
  DemoBatchSettings batch_settings = ReadBatches(settings, run_settings.schedule.updates);
  const auto [device, processes] = Join(settings);
  batch_settings.rank = processes->rank();
  batch_settings.processes = processes->count();
  const text::Tokenizer tokenizer = OpenTokenizer(work + "/tokenizer", *processes);
  MakeFolders(work + "/lm");

  LmModel model(config);
  InitialisePrimed(model, vocabulary, batch_settings.seed);
  model.To(device);
  model.ScaleConditioningRate(
      settings.Object("optim").Number("conditioning_lr_scale", 2.0, 0.0, 1e3));
  TrainingRun run(model, MakeOptimizer(settings, 2e-3, model.trained()), run_settings, work + "/lm",
                  {{"palette", settings.String("palette", "full")},
                   {"seed", std::to_string(batch_settings.seed)}},
                  processes);
  const DemoBatches batches(vocabulary, tokenizer, batch_settings);
  DemoReportSettings report;
  report.seed = batch_settings.seed + 1;
  return run.Run({.batch = [&](int64_t update) { return batches.Of(update); },
                  .report =
                      [&] {
                        LogValues values = ReportDemo(model, vocabulary, tokenizer, report);
                        AddSamples(settings, model, vocabulary, report.seed, work, &values);
                        return values;
                      },
                  .stop = stop});
}

}  // namespace musicgen::train
