#include "train/tracks/track_set.h"

#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "train/data/encode_tracks.h"
#include "train/data/fingerprint.h"

namespace musicgen::train {
namespace {

constexpr size_t kFewest = 10;  // tracks of which some are put aside

std::string NameOf(const Track& track) {
  return std::filesystem::path(track.sound.path).filename().string();
}

// In [0, 1).
double PlaceOf(const Track& track) {
  return static_cast<double>(std::stoull(Fingerprint(NameOf(track)), nullptr, 16) >> 11) * 0x1p-53;
}

void Say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

}  // namespace

double TrackSet::duration_s() const {
  double frames = 0;
  for (const CachedTrack& track : codes) frames += static_cast<double>(track.frames);
  return frames / frame_rate;
}

CacheIdentity IdentityOf(const model::ModelFiles& files, int64_t channels) {
  const auto& [source, prefix] = files.codec_tensors;
  return {.codec = Fingerprint(files.codec, *source, prefix),
          .sample_rate_hz = files.codec.sample_rate_hz,
          .hop_samples = files.codec.hop_samples(),
          .codebooks = files.codec.num_quantizers * channels,
          .codebook_size = files.codec.codebook_size,
          .channels = channels};
}

std::optional<TrackSet> EncodeSet(const model::ModelFiles& files, int64_t channels,
                                  const MusicFolder& music, const std::string& folder,
                                  const Processes& processes, const std::function<bool()>& stop) {
  const auto say_once = [&](const std::string& text) {
    if (processes.first()) Say(text);
  };
  for (const std::string& problem : music.unreadable) say_once("left out: " + problem);
  const TokenCache cache(folder, IdentityOf(files, channels));
  const auto& [source, prefix] = files.codec_tensors;
  const codec::Encoder encoder(files.codec, *source, prefix);
  ThreadPool pool(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  std::vector<std::string> paths, mine;
  for (const Track& track : music.tracks) paths.push_back(track.sound.path);
  for (size_t i = static_cast<size_t>(processes.rank()); i < paths.size();
       i += static_cast<size_t>(processes.count())) {
    mine.push_back(paths[i]);
  }
  const auto progress = [&](size_t track, bool cached) {
    if (!cached) Say(StrCat("encoded ", track + 1, " of ", mine.size(), ": ", mine[track]));
  };
  std::vector<EncodedTrack> done = EncodeTracks(pool, encoder, mine, cache, {progress, stop});
  if (processes.Any(done.size() < mine.size())) return std::nullopt;
  if (!processes.alone()) done = EncodeTracks(pool, encoder, paths, cache, {});
  TrackSet set;
  set.frame_rate = cache.identity().frame_rate();
  for (size_t i = 0; i < done.size(); ++i) {
    if (!done[i].problem.empty()) {
      say_once("left out: " + done[i].problem);
      continue;
    }
    set.tracks.push_back(music.tracks[i]);
    // The sampler takes what was encoded for the length, whatever the manifest says.
    set.tracks.back().sound.duration_s = static_cast<double>(done[i].codes.frames) / set.frame_rate;
    set.codes.push_back(done[i].codes);
  }
  return set;
}

Splits SplitByName(TrackSet all, double share) {
  Splits splits;
  splits.train.frame_rate = splits.valid.frame_rate = all.frame_rate;
  const bool enough = share > 0.0 && all.tracks.size() >= kFewest;
  size_t lowest = 0;
  for (size_t i = 1; i < all.tracks.size(); ++i) {
    if (PlaceOf(all.tracks[i]) < PlaceOf(all.tracks[lowest])) lowest = i;
  }
  for (size_t i = 0; i < all.tracks.size(); ++i) {
    const bool aside = enough && (i == lowest || PlaceOf(all.tracks[i]) < share);
    TrackSet& set = aside ? splits.valid : splits.train;
    set.tracks.push_back(std::move(all.tracks[i]));
    set.codes.push_back(all.codes[i]);
  }
  return splits;
}

std::string Describe(const TrackSet& set) {
  std::string names;
  for (size_t i = 0; i < set.tracks.size(); ++i) {
    names += StrCat(NameOf(set.tracks[i]), " ", set.codes[i].frames, "\n");
  }
  return StrCat(set.tracks.size(), " tracks (", Fingerprint(names), ")");
}

}  // namespace musicgen::train
