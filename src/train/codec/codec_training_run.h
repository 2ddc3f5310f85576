// The loop of a codec's training: segments in, checkpoints and logs out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "train/codec/codec_trainer.h"
#include "train/codec/segment_source.h"

namespace musicgen::train {

struct CodecRunSettings {
  int64_t updates = 400000;  // planned
  int64_t batch_size = 16;   // segments
  int64_t kmeans_batches = 1;
  int64_t valid_segments = 64;
  double checkpoint_every_s = 600;
  int64_t log_every = 10;      // updates
  int64_t report_every = 250;  // updates; also at the end. 0: never
};

class CodecTrainingRun {
 public:
  // In `folder`, which exists: checkpoint.safetensors, log.jsonl and tensorboard/. A checkpoint
  // that is there is gone on from, to the bit on a processor; then the planned updates must be the
  // same, and so must `values`: what else the run depends on, kept with it. Throws Error.
  CodecTrainingRun(CodecTrainer& trainer, const CodecRunSettings& settings, std::string folder,
                   std::map<std::string, std::string> values);

  // Update u trains on the segments from u · batch_size on, read on another thread one update
  // ahead. Until the planned number of updates or stop(), asked after every update. Returns whether
  // all are done.
  bool Run(const SegmentSource& train, const SegmentSource& valid,
           const std::function<bool()>& stop);

 private:
  std::string CheckpointPath() const { return folder_ + "/checkpoint.safetensors"; }
  void Save();
  void Load();
  at::Tensor BatchOf(const SegmentSource& source, int64_t update) const;
  void SetCodebooks(const SegmentSource& source);

  CodecTrainer& trainer_;
  CodecRunSettings settings_;
  std::string folder_;
  std::map<std::string, std::string> values_;
};

}  // namespace musicgen::train
