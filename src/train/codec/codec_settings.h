// What a configuration says of a codec's training, in AudioCraft's words.
#pragma once

#include "checkpoint/config.h"
#include "train/codec/codec_trainer.h"
#include "train/codec/codec_training_run.h"
#include "train/data/segment_sampler.h"

namespace musicgen::train {

// Throw Error(kBadInput).
CodecTrainerSettings ReadCodecTrainer(const checkpoint::Config& settings);
CodecRunSettings ReadCodecRun(const checkpoint::Config& settings);
// Of the sounds it is trained with.
SegmentSettings ReadSegments(const checkpoint::Config& settings);

}  // namespace musicgen::train
