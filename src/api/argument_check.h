// What callers hand over, checked at the door: behind it, sizes are taken at their word. All throw
// Error(kBadInput) naming `what`.
#pragma once

#include <cstdint>
#include <span>

#include "musicgen/chroma.hpp"
#include "musicgen/codes.hpp"
#include "musicgen/generation.hpp"
#include "musicgen/score.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::api {

// The number of threads that `wanted` means; 0: one for each processor this process may use.
int ThreadCount(int wanted);

// How much work Model::Load is to see room for.
void CheckLoad(int streams, double duration_s);

// A rate and channels that some format has, and as many values as channels and samples say; no
// samples are a sound too.
void CheckSound(const char* what, const Waveform& sound);
// Also that every value is a number, which models need.
void CheckFiniteSound(const char* what, const Waveform& sound);
// The rate, channels and length that a WAV stream is to have.
void CheckStream(int64_t sample_rate_hz, int64_t channels, int64_t samples);
// The sounds of a request; a sound without samples, channels and rate stands for none.
void CheckSounds(const GenerationRequest& request);

// As many values as codebooks and frames say.
void CheckCodesSize(const Codes& codes);
// Also what a codes file can hold: samples of one shape, codes of the codebook.
void CheckCodesToWrite(std::span<const Codes> samples, const CodesInfo& info);

void CheckChroma(const Chroma& chroma);
void CheckLogits(const ScoreResult& score);

}  // namespace musicgen::api
