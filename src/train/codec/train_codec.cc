#include "train/codec/train_codec.h"

#include <filesystem>

#include "base/write_whole.h"
#include "train/codec/codec_export.h"
#include "train/codec/codec_settings.h"
#include "train/codec/codec_trainer.h"
#include "train/codec/codec_training_run.h"
#include "train/codec/sound_segments.h"

namespace musicgen::train {
namespace {

SegmentSource OpenSounds(const checkpoint::Config& settings, const std::string& work,
                         const char* split, int64_t sample_rate_hz) {
  const std::string path =
      settings.Object("datasource").String(split, std::string("clips/") + split);
  const std::string source = (std::filesystem::path(work) / path).string();
  return SoundSegments(ReadManifest(source), ReadSegments(settings),
                       {.sample_rate_hz = sample_rate_hz, .channels = 1}, source);
}

}  // namespace

bool TrainCodec(const checkpoint::Config& settings, const std::string& work,
                const std::function<bool()>& stop) {
  CodecTrainer trainer(ReadCodecTrainer(settings));
  const int64_t rate_hz = trainer.config().sample_rate_hz;
  const SegmentSource train = OpenSounds(settings, work, "train", rate_hz),
                      valid = OpenSounds(settings, work, "valid", rate_hz);
  const std::string folder = work + "/codec_training";
  MakeFolders(folder);
  const CodecRunSettings run_settings = ReadCodecRun(settings);
  CodecTrainingRun run(trainer, run_settings, folder,
                       {{"seed", std::to_string(settings.Int("seed", 2036, 0, int64_t{1} << 40))},
                        {"batch_size", std::to_string(run_settings.batch_size)}});
  const bool done = run.Run(train, valid, stop);
  if (done) ExportCodec(trainer.config(), trainer.Averages(), work + "/codec");
  return done;
}

}  // namespace musicgen::train
