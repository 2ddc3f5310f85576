#include "train/codec/codec_network.h"

#include "codec/seanet_layout.h"

namespace musicgen::train {

CodecNetwork::CodecNetwork(const codec::CodecConfig& config)
    : config_(config),
      encoder_(config, codec::EncoderLayout(config), "encoder.layers.", &parameters_),
      decoder_(config, codec::DecoderLayout(config), "decoder.layers.", &parameters_) {}

}  // namespace musicgen::train
