#include "train/codec/train_codec.h"

#include <filesystem>

#include "base/write_whole.h"
#include "train/codec/clip_segments.h"
#include "train/codec/codec_export.h"
#include "train/codec/codec_settings.h"
#include "train/codec/codec_trainer.h"
#include "train/codec/codec_training_run.h"

namespace musicgen::train {
namespace {

ClipSegments OpenClips(const checkpoint::Config& settings, const std::string& work,
                       const char* split) {
  const std::string path =
      settings.Object("datasource").String(split, std::string("clips/") + split);
  return {(std::filesystem::path(work) / path).string(), ReadClipSegments(settings)};
}

}  // namespace

bool TrainCodec(const checkpoint::Config& settings, const std::string& work,
                const std::function<bool()>& stop) {
  CodecTrainer trainer(ReadCodecTrainer(settings));
  const ClipSegments train = OpenClips(settings, work, "train"),
                     valid = OpenClips(settings, work, "valid");
  const std::string folder = work + "/codec_training";
  MakeFolders(folder);
  const CodecRunSettings run_settings = ReadCodecRun(settings);
  CodecTrainingRun run(trainer, run_settings, folder,
                       {{"seed", std::to_string(settings.Int("seed", 2036, 0, int64_t{1} << 40))},
                        {"batch_size", std::to_string(run_settings.batch_size)}});
  const bool done = run.Run([&](uint64_t index) { return train.Segment(index); },
                            [&](uint64_t index) { return valid.Segment(index); }, stop);
  ExportCodec(trainer.config(), trainer.Averages(), work + "/codec");
  return done;
}

}  // namespace musicgen::train
