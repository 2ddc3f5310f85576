// Sums over frames in which latents enter as codes: far cheaper than with the latents themselves.
#pragma once

#include <functional>
#include <vector>

#include "train/computed_codec/codebooks.h"
#include "train/computed_codec/fit_data.h"

namespace musicgen::train {

inline constexpr int kTaps = 7;                 // of the convolutions next to the latent
inline constexpr int kReach = (kTaps - 1) / 2;  // frames on either side

// Σ z(t + lag) y(t)' over all sequences and the frames t where both exist: [256, columns of y].
// `targets[s]` [T, columns] belongs to data[s].
Matrix LatentTimes(const Codebooks& codebooks, const std::vector<FitSequence>& data,
                   const std::vector<Matrix>& targets, int lag);

// The latents of a sequence [T, 256].
Matrix Latents(const Codebooks& codebooks, const FitSequence& sequence);

// X'X of the windows x(t) = [v(t - 3) … v(t + 3)], t in a sequence, of vectors v that are zero
// outside their sequence; `lagged(d)` is Σ v(t) v(t + d)' over the frames where both exist.
Matrix WindowGram(const std::vector<Matrix>& vectors, const std::function<Matrix(int)>& lagged);

}  // namespace musicgen::train
