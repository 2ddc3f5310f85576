// Sound files to the token cache.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "codec/encoder.h"
#include "train/data/token_cache.h"

namespace musicgen::train {

// A track that is encoded, or what is wrong with it.
struct EncodedTrack {
  CachedTrack codes;
  std::string problem;  // a sentence; empty: none
};

struct EncodeCallbacks {
  // After every track: its number from 0 on, and whether it was there already.
  std::function<void(size_t track, bool cached)> progress;
  std::function<bool()> stop;  // asked before every track
};

// The whole sound of a file with a second of silence behind it: its codes, and how many columns are
// sound. In windows of five minutes, each a sound of its own to the resampler and the codec, so
// that memory stays bounded. Throws Error(kBadInput).
Codes EncodeFile(ThreadPool& pool, const codec::Encoder& encoder, const std::string& path,
                 int64_t channels, int64_t* frames);

// Encodes what the cache lacks: one for each path, fewer when stopped. Files that cannot be read
// have a problem instead. Throws Error(kFailure).
std::vector<EncodedTrack> EncodeTracks(ThreadPool& pool, const codec::Encoder& encoder,
                                       const std::vector<std::string>& paths,
                                       const TokenCache& cache, const EncodeCallbacks& callbacks);

}  // namespace musicgen::train
