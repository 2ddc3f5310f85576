#include "train/tracks/track_stages.h"

#include <cstdio>

#include "base/error.h"
#include "base/write_whole.h"
#include "model/model_path.h"
#include "train/export/whole_model.h"
#include "train/lm/initialise.h"
#include "train/tracks/best_weights.h"
#include "train/tracks/new_model.h"
#include "train/tracks/pretrained.h"
#include "train/tracks/track_training.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

uint64_t SeedOf(const Config& settings) {
  return static_cast<uint64_t>(settings.Int("seed", 2036, 0, int64_t{1} << 40));
}

// What a data source declares is at least what the model needs of it.
void CheckSource(const Config& source, const TrackModel& start) {
  const int64_t rate = start.files.codec.sample_rate_hz, channels = start.config.lm.audio_channels;
  const int64_t most_rate = source.Int("max_sample_rate", rate, 1, 1 << 24),
                most_channels = source.Int("max_channels", channels, 1, 64);
  if (most_rate < rate) {
    ThrowBadInput(source.Where("max_sample_rate"), ": expected at least the codec's ", rate,
                  " Hz, found ", most_rate);
  }
  if (most_channels < channels) {
    ThrowBadInput(source.Where("max_channels"), ": expected at least the model's ", channels,
                  ", found ", most_channels);
  }
}

std::string Card(const TrackModel& start, const std::string& weights) {
  return StrCat("---\nlicense: ", start.files.licence, "\npipeline_tag: text-to-audio\n---\n",
                "# A MusicGen model\n\nTrained with musicgen-train. Weights: ", weights, ".\n");
}

}  // namespace

bool AreOfTracks(const Config& settings) { return settings.Has("datasource"); }

TrackModel OpenTrackModel(const Config& settings) {
  const Config t5 = settings.Object("conditioners").Object("description").Object("t5");
  const std::string from = settings.String("continue_from", "");
  TrackModel start{
      from.empty() ? OpenParts(settings) : model::OpenModel(model::FindModel(from), "", ""),
      {},
      from.empty()};
  // Of a mono model a stereo one, where the settings ask for it.
  const bool stereo = settings.Object("interleave_stereo_codebooks").Bool("use", false);
  start.config = PretrainedConfig(
      start.files, {.stereo = stereo && !start.fresh && start.files.lm.audio_channels == 1,
                    .train_text_encoder = t5.Bool("finetune", false)});
  ReadComputation(settings, &start.config);
  return start;
}

void Begin(const TrackModel& start, uint64_t seed, LmModel& model) {
  if (!start.fresh) {
    LoadPretrained(start.files, model);
    return;
  }
  Initialise(model, seed);
  LoadTextEncoder(start.files, model);
}

std::optional<Splits> EncodeSources(const Config& settings, const TrackModel& start,
                                    const std::string& work, const Processes& processes,
                                    const std::function<bool()>& stop) {
  const Config sources = settings.Object("datasource"), data = settings.Object("dataset");
  CheckSettings(settings);
  CheckSource(sources, start);
  const bool fields = data.Bool("info_fields_required", true);
  const auto encode = [&](const char* split) -> std::optional<TrackSet> {
    const std::string source = sources.String(split, "");
    if (source.empty()) return TrackSet{};
    return EncodeSet(start.files, start.config.lm.audio_channels, ReadTracks(source, fields),
                     work + "/cache", processes, stop);
  };
  MakeFolders(work);
  std::optional<TrackSet> train = encode("train");
  if (!train) return std::nullopt;
  std::optional<TrackSet> valid = encode("valid");
  if (!valid) return std::nullopt;
  Splits splits{*std::move(train), *std::move(valid)};
  if (splits.train.tracks.empty()) {
    ThrowBadInput(sources.Where("train"), ": expected a manifest or a folder with sound files, ",
                  "found none");
  }
  if (!sources.Has("valid")) {
    splits =
        SplitByName(std::move(splits.train), data.Object("valid").Number("share", 0.1, 0.0, 0.9));
  }
  if (processes.first()) {
    std::fprintf(stderr, "%zu tracks, %.1f minutes; %zu more for validation\n",
                 splits.train.tracks.size(), splits.train.duration_s() / 60,
                 splits.valid.tracks.size());
  }
  return splits;
}

bool TrainTracks(const Config& settings, const std::string& work,
                 const std::function<bool()>& stop) {
  const TrackModel start = OpenTrackModel(settings);
  const Place place = Join(settings);
  const std::optional<Splits> splits = EncodeSources(settings, start, work, *place.processes, stop);
  if (!splits) return false;
  MakeFolders(work + "/lm");
  LmModel model(start.config);
  Begin(start, SeedOf(settings), model);
  return TrainOnTracks({settings, start.files, *splits, 1e-4, 30.0, work + "/lm", place, stop},
                       model);
}

void ExportTracks(const Config& settings, const std::string& work, const std::string& out) {
  const TrackModel start = OpenTrackModel(settings);
  LmModel model(start.config);
  Begin(start, SeedOf(settings), model);
  const std::string weights = LoadResult(work + "/lm", model);
  ExportWhole({model, start.files, Card(start, weights)}, Precision::kAuto, out);
}

}  // namespace musicgen::train
