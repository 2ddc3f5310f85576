// The tensors of the projections to the language model's width, in the Hugging Face layout.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checkpoint/tensor_source.h"
#include "conditioning/melody_config.h"

namespace musicgen::conditioning {

// A linear layer's two tensors.
struct ProjectionNames {
  const char* weight;
  const char* bias;
};
inline constexpr ProjectionNames kTextProjection = {"enc_to_dec_proj.weight",
                                                    "enc_to_dec_proj.bias"};
inline constexpr ProjectionNames kMelodyProjection = {"audio_enc_to_dec_proj.weight",
                                                      "audio_enc_to_dec_proj.bias"};
inline constexpr ProjectionNames kStyleProjection = kMelodyProjection;  // of the style vectors

// [width, inputs] and [width].
std::vector<checkpoint::ExpectedTensor> ExpectedProjection(const ProjectionNames& names,
                                                           int64_t inputs, int64_t width);

// Where the two widths are equal transformers has no projection: it is expected only if `source`
// has it.
std::vector<checkpoint::ExpectedTensor> ExpectedTextProjection(
    int64_t text_width, int64_t width, const checkpoint::TensorSource& source);

// Of the text and, in melody models, of the chroma.
std::vector<checkpoint::ExpectedTensor> ExpectedProjections(
    int64_t text_width, const std::optional<MelodyConfig>& melody, int64_t width,
    const checkpoint::TensorSource& source);

}  // namespace musicgen::conditioning
