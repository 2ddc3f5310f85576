// Tracks with their codes, in two splits.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "model/model_files.h"
#include "train/data/music_folder.h"
#include "train/data/token_cache.h"
#include "train/distributed/processes.h"

namespace musicgen::train {

struct TrackSet {
  std::vector<Track> tracks;
  std::vector<CachedTrack> codes;  // one for each
  double frame_rate = 50;

  double duration_s() const;
};

struct Splits {
  TrackSet train, valid;  // valid may be empty
};

// Of files (OpenParts or OpenModel) and sound of so many channels: the codes that `folder` holds.
CacheIdentity IdentityOf(const model::ModelFiles& files, int64_t channels);

// Encodes what the cache in `folder` lacks, in the order of the tracks; what cannot be read is left
// out, with a sentence on stderr. Of several processes, which see one folder, each encodes its
// share, and then all have the whole set. None where `stop` says so in one of them. Throws Error.
std::optional<TrackSet> EncodeSet(const model::ModelFiles& files, int64_t channels,
                                  const MusicFolder& music, const std::string& folder,
                                  const Processes& processes, const std::function<bool()>& stop);

// Puts about `share` of the tracks aside, chosen by the hash of the file's name, so that a track
// stays where it is when others come; none where there are fewer than 10.
Splits SplitByName(TrackSet all, double share);

// What a checkpoint keeps of the tracks it was trained on: their number and a hash.
std::string Describe(const TrackSet& set);

}  // namespace musicgen::train
