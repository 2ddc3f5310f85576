#include "train/tracks/track_training.h"

#include <cstdio>
#include <numeric>

#include "base/error.h"
#include "base/write_whole.h"
#include "text/tokenizer.h"
#include "train/lm/run_settings.h"
#include "train/tracks/best_weights.h"
#include "train/tracks/track_batches.h"
#include "train/tracks/track_samples.h"
#include "train/tracks/track_validation.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

// Of AudioCraft's, where a configuration is silent.
TrainingSettings Defaults() {
  TrainingSettings run;
  run.schedule = {.updates = 1000000, .warmup = 4000};
  run.ema = {.decay = 0.99, .every = 10};
  run.report_every = 2000;
  return run;
}

std::vector<std::string> Descriptions(const TrackSet& set) {
  std::vector<std::string> texts;
  for (const Track& track : set.tracks) {
    if (track.text.description) texts.push_back(*track.text.description);
  }
  return texts;
}

// Excerpts of the validation set, the same every time.
struct Validation {
  std::optional<TrackBatches> batches;
  int64_t count = 0, at_a_time = 1;

  Validation(const TrackTraining& training, const text::Tokenizer& tokenizer,
             const lm::LmConfig& lm, TrackBatchSettings settings) {
    const TrackSet& set = training.splits.valid;
    if (set.tracks.empty()) return;
    const auto tracks = static_cast<int64_t>(set.tracks.size());
    settings.segments.shuffle = false;
    settings.segments.shuffle_seed = 0;
    settings.segments.permutation_on_files = true;  // each track in its turn
    count = training.settings.Object("dataset").Object("valid").Int("num_samples", 4 * tracks, 1,
                                                                    1 << 24);
    settings.segments.num_samples = count;
    at_a_time = std::max<int64_t>(1, settings.batch_size / settings.accumulation);
    batches.emplace(set, tokenizer, lm, settings);
  }
};

std::string Numbered(int64_t update) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "update_%07lld", static_cast<long long>(update));
  return digits;
}

}  // namespace

void ReadComputation(const Config& settings, LmModelConfig* config) {
  const Config transformer = settings.Object("transformer_lm");
  if (settings.Bool("autocast", false)) {
    const std::string type = settings.String("autocast_dtype", "bfloat16");
    if (type != "bfloat16") {
      ThrowBadInput(settings.Where("autocast_dtype"), ": expected bfloat16, found ",
                    Printable(type));
    }
    config->autocast = at::kBFloat16;
  }
  const std::string checkpointing = transformer.String("checkpointing", "none");
  if (checkpointing != "none" && checkpointing != "torch") {
    ThrowBadInput(transformer.Where("checkpointing"), ": expected none or torch, found ",
                  Printable(checkpointing));
  }
  config->checkpointing = checkpointing == "torch";
}

void CheckSettings(const Config& settings) {
  const TrainingSettings run = ReadTrainingSettings(settings, Defaults());
  ReadTrackBatches(settings, run.accumulation, 30.0);
  ReadSamples(settings, {});
  MakeOptimizer(settings, 1e-4, {});
}

bool TrainOnTracks(const TrackTraining& training, LmModel& model) {
  const Config& settings = training.settings;
  const lm::LmConfig& lm = model.config().lm;
  TrainingSettings run_settings = ReadTrainingSettings(settings, Defaults());
  const Processes& processes = *training.place.processes;
  TrackBatchSettings batch_settings =
      ReadTrackBatches(settings, run_settings.accumulation, training.segment_s);
  const TrackBatchSettings whole = batch_settings;
  batch_settings.rank = processes.rank();
  batch_settings.processes = processes.count();
  const auto tokenizer = text::Tokenizer::Load(*training.base.tokenizer_files);
  const TrackBatches batches(training.splits.train, tokenizer, lm, batch_settings);
  const Validation validation(training, tokenizer, lm, whole);
  std::vector<std::string> prompts = Descriptions(training.splits.valid);
  for (std::string& text : Descriptions(training.splits.train)) prompts.push_back(std::move(text));
  const SampleSettings samples = ReadSamples(settings, prompts);
  // Reports come when either is due: validation, or samples.
  const int64_t validate_every = run_settings.report_every;
  run_settings.report_every = std::gcd(validate_every, samples.every);
  MakeFolders(training.folder + "/samples");
  model.To(training.place.device);
  BestWeights best(training.folder + "/best.safetensors");
  TrainingRun run(model, MakeOptimizer(settings, training.lr, model.trained()), run_settings,
                  training.folder,
                  {{"data", Describe(training.splits.train)},
                   {"model", training.base.directory},
                   {"seed", std::to_string(batch_settings.segments.shuffle_seed)}},
                  training.place.processes);
  const auto report = [&] {
    LogValues values;
    const int64_t update = run.update();
    const auto due = [&](int64_t every) {
      return every > 0 && (update % every == 0 || update == run_settings.schedule.updates);
    };
    if (validation.batches && due(validate_every)) {
      values = Validate(model, *validation.batches, validation.count, validation.at_a_time);
      best.Offer(values.front().second, model);
    }
    if (due(samples.every)) {
      WriteSamples({model, training.base, ""}, samples, training.folder + "/samples.part",
                   training.folder + "/samples/" + Numbered(update));
    }
    return values;
  };
  return run.Run({.batch = [&](int64_t pass) { return batches.Of(pass); },
                  .report = report,
                  .stop = training.stop});
}

}  // namespace musicgen::train
