// codec_reference SETTINGS FOLDER: trains a codec on FOLDER/batches.safetensors ("batches",
// [updates, B, 1, N]). Writes the state before the first update to FOLDER/initial.safetensors, the
// losses of every update to FOLDER/log.jsonl and the last state to FOLDER/last.safetensors. For
// codec_reference_test.py, which does the same on its own.
#include <cmath>
#include <string>

#include "train/checkpoint/training_state.h"
#include "train/codec/codec_settings.h"
#include "train/settings/settings.h"

int main(int argc, char** argv) {
  using namespace musicgen::train;
  if (argc != 3) return 2;
  const musicgen::checkpoint::Config settings = ReadSettings(argv[1], {});
  const std::string folder = argv[2];
  const CodecRunSettings run = ReadCodecRun(settings);
  const CodecTrainerSettings trained = ReadCodecTrainer(settings);
  const auto samples = static_cast<int64_t>(std::llround(
      ReadSegments(settings).segment_s * static_cast<double>(trained.codec.sample_rate_hz)));
  TrainingState batches;
  batches.tensors = {{"batches", at::empty({run.updates, run.batch_size, 1, samples})}};
  LoadTrainingState(folder + "/batches.safetensors", batches);
  const at::Tensor sounds = batches.tensors.front().value;

  CodecTrainer trainer(trained);
  SaveTrainingState(folder + "/initial.safetensors", {trainer.State(), {}});
  JsonLinesLog log(folder + "/log.jsonl", 0);
  while (trainer.update() < run.updates) {
    const at::Tensor sound = sounds[trainer.update()];
    if (trainer.WantsCodebooks()) trainer.SetCodebooks({sound});
    const LogValues values = trainer.Update(sound);
    log.Write("train", trainer.update(), values);
  }
  SaveTrainingState(folder + "/last.safetensors", {trainer.State(), {}});
  return 0;
}
