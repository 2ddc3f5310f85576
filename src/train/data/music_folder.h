// What there is to train on: sound files and what is said of each.
#pragma once

#include <string>
#include <vector>

#include "train/data/manifest.h"
#include "train/data/track_text.h"

namespace musicgen::train {

struct Track {
  ManifestEntry sound;
  TrackText text;

  bool has_text() const;  // of any field that a description can be made of
};

struct MusicFolder {
  std::vector<Track> tracks;
  std::vector<std::string> unreadable;  // a sentence for each file left out
};

// A folder of music, walked, with texts beside it: song.json (fields of TrackText, none required),
// else or also song.txt (the description), else the row of metadata.csv or metadata.jsonl in the
// folder. The name of a file says nothing. The sounds are not read: durations are 0. Throws
// Error(kBadInput), naming a file that is damaged.
MusicFolder ReadMusicFolder(const std::string& folder);

// A manifest, or a folder that holds one: texts are song.json alone, with all fields where
// `fields_required`. Throws Error(kBadInput).
MusicFolder ReadManifestTracks(const std::string& source, bool fields_required);

// Whichever it is.
MusicFolder ReadTracks(const std::string& source, bool fields_required);

// The sound files of these tracks, in their order.
std::vector<ManifestEntry> SoundsOf(const std::vector<Track>& tracks);

}  // namespace musicgen::train
