// What a configuration says of a codec's training, in AudioCraft's words.
#pragma once

#include "checkpoint/config.h"
#include "train/codec/clip_segments.h"
#include "train/codec/codec_trainer.h"
#include "train/codec/codec_training_run.h"

namespace musicgen::train {

// Throw Error(kBadInput).
CodecTrainerSettings ReadCodecTrainer(const checkpoint::Config& settings);
CodecRunSettings ReadCodecRun(const checkpoint::Config& settings);
ClipSegmentSettings ReadClipSegments(const checkpoint::Config& settings);

}  // namespace musicgen::train
