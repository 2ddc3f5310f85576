#include "train/tracks/finetune.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/write_whole.h"
#include "convert/new_folder.h"
#include "model/model_path.h"
#include "train/export/whole_model.h"
#include "train/lora/adapter.h"
#include "train/lora/peft_files.h"
#include "train/settings/settings.h"
#include "train/tracks/best_weights.h"
#include "train/tracks/finetune_settings.h"
#include "train/tracks/pretrained.h"
#include "train/tracks/track_training.h"

namespace musicgen::train {
namespace {

using checkpoint::Config;

// Of an adapter's learning rate to a whole model's: 2e-4 to 3e-5, as people train them.
constexpr double kAdapterRate = 7.0;

// Whether an adapter is trained in place of the model's own weights.
bool TrainsAdapter(const Config& settings) {
  const Config lora = settings.Object("lora");
  return lora.Has("r") || lora.Has("continue_from");
}

void BeginAdapter(const Config& lora, LmModel& model) {
  const LoraSettings settings = ReadLoraSettings(lora);
  const std::string from = lora.String("continue_from", "");
  if (from.empty()) {
    AddAdapter(model, settings);
  } else {
    ContinueAdapter(model, model::FindAdapter(from), settings.dropout);
  }
}

// Throws Error(kBadInput) for what an adapter cannot be.
void CheckAdapter(const FineTuneRequest& request, const Config& settings) {
  if (!TrainsAdapter(settings)) return;
  ReadLoraSettings(settings.Object("lora"));
  if (request.stereo) {
    ThrowBadInput("--stereo: expected a whole model to be trained, found lora.r: an adapter has ",
                  "the shapes of its base");
  }
  if (settings.Object("text_encoder").Bool("trained", false)) {
    ThrowBadInput(settings.Object("text_encoder").Where("trained"),
                  ": expected false beside lora.r, whose adapter leaves the T5 as it is");
  }
  const Config generate = settings.Object("generate");
  if (generate.Int("every", 0, 0, int64_t{1} << 40) > 0) {
    ThrowBadInput(generate.Where("every"),
                  ": expected 0 beside lora.r: samples are made of whole models");
  }
}

void Say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

Config SettingsOf(const FineTuneRequest& request) {
  if (!request.config.empty()) return ReadSettings(request.config, request.settings);
  return ParseSettings(kFineTuneSettings, "finetune.yaml", request.settings);
}

model::ModelFiles OpenBase(const FineTuneRequest& request) {
  model::ModelFiles files =
      model::OpenModel(model::FindModel(request.model), request.text_encoder, request.codec);
  for (const std::string& warning : files.warnings) Say(warning);
  return files;
}

MusicFolder ReadData(const std::string& data) {
  MusicFolder music = ReadTracks(data, /*fields_required=*/false);
  if (music.tracks.empty()) {
    ThrowBadInput(Printable(data, 300),
                  ": expected sound files (wav, mp3, flac, ogg, opus, aiff), found none");
  }
  const auto without = std::count_if(music.tracks.begin(), music.tracks.end(),
                                     [](const Track& track) { return !track.has_text(); });
  if (without > 0) {
    Say(StrCat(without, " of ", music.tracks.size(),
               " tracks have no text: no song.txt, song.json ",
               "or row of metadata.csv; they teach the music, but no prompt leads to them"));
  }
  return music;
}

// As long as the model's window, unless all tracks are shorter.
double SegmentOf(const model::ModelFiles& files, const TrackSet& set) {
  double longest = 0;
  for (const Track& track : set.tracks) longest = std::max(longest, track.sound.duration_s);
  return std::clamp(longest, 0.2, std::max(0.2, files.max_duration_s));
}

std::string Card(const FineTuneRequest& request, const model::ModelFiles& files,
                 const Splits& splits, const std::string& weights) {
  char minutes[32];
  std::snprintf(minutes, sizeof minutes, "%.1f", splits.train.duration_s() / 60);
  return StrCat("---\nlicense: ", files.licence, "\npipeline_tag: text-to-audio\n---\n",
                "# A fine-tuned MusicGen model\n\nMade of ", Printable(request.model, 300),
                request.stereo ? ", turned into a stereo model," : "",
                " with musicgen-train finetune on ", splits.train.tracks.size(), " tracks, ",
                minutes, " minutes of music. Weights: ", weights, ". The codec",
                " and the T5 are those of the model it was made of, whose ",
                "licence holds for this one, too.\n");
}

}  // namespace

double LearningRateOfWidth(int64_t width) {
  return std::min(1e-3, 3e-5 * 1024.0 / static_cast<double>(width));
}

bool FineTune(const FineTuneRequest& request, const std::function<bool()>& stop) {
  const Config settings = SettingsOf(request);
  CheckSettings(settings);
  CheckAdapter(request, settings);
  const Place place = Join(settings);
  const bool writes = place.processes->first();
  if (writes) {
    const convert::NewFolder free(request.output);  // asked before the work, not after it
  }
  const model::ModelFiles files = OpenBase(request);
  LmModelConfig config = PretrainedConfig(
      files, {request.stereo, settings.Object("text_encoder").Bool("trained", false)});
  ReadComputation(settings, &config);
  const MusicFolder music = ReadData(request.data);
  const std::string work = request.work.empty() ? request.output + ".work" : request.work;
  MakeFolders(work + "/lm");
  std::optional<TrackSet> set =
      EncodeSet(files, config.lm.audio_channels, music, work + "/cache", *place.processes, stop);
  if (!set) return false;
  if (set->tracks.empty()) {
    ThrowBadInput(Printable(request.data, 300), ": no sound file of it can be read");
  }
  const double segment_s = SegmentOf(files, *set);
  const Splits splits = SplitByName(
      *std::move(set), settings.Object("dataset").Object("valid").Number("share", 0.1, 0.0, 0.9));
  const double lr =
      LearningRateOfWidth(config.lm.width) * (TrainsAdapter(settings) ? kAdapterRate : 1.0);
  if (writes) {
    std::fprintf(stderr, "%zu tracks, %.1f minutes; %zu more for validation; excerpts of %.1f s\n",
                 splits.train.tracks.size(), splits.train.duration_s() / 60,
                 splits.valid.tracks.size(),
                 settings.Object("dataset").Number("segment_duration", segment_s, 0.2, 300.0));
  }
  LmModel model(config);
  LoadPretrained(files, model);
  if (TrainsAdapter(settings)) BeginAdapter(settings.Object("lora"), model);
  if (!TrainOnTracks({settings, files, splits, lr, segment_s, work + "/lm", place, stop}, model)) {
    return false;
  }
  if (!writes) return true;
  const std::string weights = LoadResult(work + "/lm", model);
  if (TrainsAdapter(settings)) {
    WritePeftAdapter(model, request.model, request.output);
    return true;
  }
  ExportWhole({model, files, Card(request, files, splits, weights)}, request.precision,
              request.output);
  return true;
}

}  // namespace musicgen::train
