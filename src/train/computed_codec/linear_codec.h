// The two linear maps between sound and latents that the codec's convolutions carry out.
#pragma once

#include "train/computed_codec/codebooks.h"
#include "train/computed_codec/fit_data.h"

namespace musicgen::train {

// A frame is Σ over seven frames of latents · from_latent, then · to_frame.
struct LinearDecoder {
  Matrix from_latent;  // [7 · 256, 256]: rows by frame, then latent column
  Matrix to_frame;     // [256, 640]
};

// A latent is Σ over seven frames of (frame · from_frame) · to_latent.
struct LinearEncoder {
  Matrix from_frame;  // [640, 256]
  Matrix to_latent;   // [7 · 256, 256]
};

// Ridge regression of the exact frames on the latents around them, reduced to rank 256 where the
// filtered error is least.
LinearDecoder FitDecoder(const Codebooks& codebooks, const FrameFilter& filter,
                         const std::vector<FitSequence>& data);
// Principal vectors of the filtered frames, then ridge regression of the latents on seven frames of
// their coefficients.
LinearEncoder FitEncoder(const Codebooks& codebooks, const FrameFilter& filter,
                         const std::vector<FitSequence>& data);

}  // namespace musicgen::train
