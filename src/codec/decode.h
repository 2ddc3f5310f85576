// Codes to sound, all at once.
#pragma once

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "types/codes.h"
#include "types/waveform.h"

namespace musicgen::codec {

// Codes [channels · K, T], the channels' codebooks interleaved, to a waveform [channels, T ·
// hop_samples()]. Works in pieces: beyond the waveform, memory does not grow with T. Throws
// Error(kBadInput) when there is no frame, a code is out of range or the number of codebooks does
// not fit.
Waveform Decode(ThreadPool& pool, const Codec& codec, const Codes& codes, int64_t channels = 1);

}  // namespace musicgen::codec
