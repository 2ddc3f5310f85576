// AudioCraft's tensors under the names of the Hugging Face layout.
#pragma once

#include <memory>

#include "checkpoint/tensor_source.h"

namespace musicgen::model {

// The state dict of a language model: `emb.0.weight` becomes
// `decoder.model.decoder.embed_tokens.0.weight`, in_proj_weight splits into views of its three row
// blocks, the text projection becomes enc_to_dec_proj, a T5 that was
// trained along text_encoder. What inference does not need (the melody
// spectrogram's window) is left out; unknown names stay as they are.
std::unique_ptr<checkpoint::TensorSource> PresentAudioCraftLm(
    std::shared_ptr<const checkpoint::TensorSource> state);

// The same of a file of audiocraft.cpp (audiocraft_gguf.h): `lm.0.self.qkv.weight` and its kin.
std::unique_ptr<checkpoint::TensorSource> PresentAudioCraftGguf(
    std::shared_ptr<const checkpoint::TensorSource> file);

// The state dict of a compression model: `encoder.model.0.conv.conv.weight_g` becomes
// `encoder.layers.0.conv.weight_g`, without a prefix in front.
std::unique_ptr<checkpoint::TensorSource> PresentAudioCraftCodec(
    std::shared_ptr<const checkpoint::TensorSource> state);

}  // namespace musicgen::model
