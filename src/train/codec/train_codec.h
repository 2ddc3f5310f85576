// Training a codec from a configuration.
#pragma once

#include <functional>
#include <string>

#include "checkpoint/config.h"

namespace musicgen::train {

// Trains on the clips that the settings name (datasource.train and .valid, from the work folder
// on), going on where an earlier run in `work`/codec_training has stopped, until all updates are
// done or stop(). When they are done, writes the averaged weights as a Hugging Face EncodecModel to
// `work`/codec. Returns whether they are. Throws Error.
bool TrainCodec(const checkpoint::Config& settings, const std::string& work,
                const std::function<bool()>& stop);

}  // namespace musicgen::train
