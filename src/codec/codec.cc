#include "codec/codec.h"

#include "codec/weight_norm.h"

namespace musicgen::codec {

Codec::Codec(const CodecConfig& config_in, const checkpoint::TensorSource& source,
             const std::string& prefix, kernels::WeightFormat format)
    : config(config_in),
      quantizer(config.latent_width, LoadCodebooks(source, config, prefix + "quantizer.layers.")),
      decoder(config, DecoderLayout(config), source, prefix + "decoder.layers.", format) {}

}  // namespace musicgen::codec
