// The codes of whole tracks on disk, so that training encodes no sound.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "types/codes.h"

namespace musicgen::train {

// Which codec made the codes, and how.
struct CacheIdentity {
  std::string codec;  // fingerprint.h
  int64_t sample_rate_hz = 32000, hop_samples = 640;
  int64_t codebooks = 4;  // of all channels
  int64_t codebook_size = 2048;
  int64_t channels = 1;

  bool operator==(const CacheIdentity&) const = default;
  double frame_rate() const {
    return static_cast<double>(sample_rate_hz) / static_cast<double>(hop_samples);
  }
};

// A track's codes in the cache.
struct CachedTrack {
  std::string codes_path;  // int16 [K, columns]
  int64_t codebooks = 0;
  int64_t frames = 0;   // of the sound
  int64_t columns = 0;  // with the silence encoded behind it
};

// Columns [begin, begin + count) [K, count]; the last one goes on for ever, since a codec's codes
// of lasting silence repeat themselves. Throws Error(kBadInput) for a code of codebook_size or
// more.
Codes ReadCached(const CachedTrack& track, int64_t begin, int64_t count, int64_t codebook_size);

// A folder with cache.json (the identity) and for each track name.codes and name.json, all of which
// appear whole.
class TokenCache {
 public:
  // Makes the folder, or checks that it is of this identity. Throws Error.
  TokenCache(std::string folder, const CacheIdentity& identity);

  // The codes of this sound file, unless it has changed since or has none here. Throws
  // Error(kBadInput) for a damaged entry.
  std::optional<CachedTrack> Find(const std::string& sound_path) const;
  // Codes [K, columns] of at most 2^15 − 1, of which `frames` columns are sound.
  CachedTrack Add(const std::string& sound_path, const Codes& codes, int64_t frames) const;

  const CacheIdentity& identity() const { return identity_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string Stem(const std::string& sound_path) const;

  std::string folder_;
  CacheIdentity identity_;
};

}  // namespace musicgen::train
