#include "train/data/token_cache.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/config.h"
#include "checkpoint/json.h"
#include "train/data/fingerprint.h"

namespace musicgen::train {
namespace {

namespace fs = std::filesystem;
using checkpoint::Config;
using checkpoint::MakeObject;

constexpr int64_t kMostColumns = int64_t{1} << 31;

// What tells that a sound file is still the one that was encoded.
struct FileState {
  int64_t bytes = 0, modified = 0;
};

FileState StateOf(const std::string& path) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) ThrowBadInput(Printable(path, 300), ": cannot be read: ", error.message());
  const auto modified = fs::last_write_time(path, error);
  return {static_cast<int64_t>(bytes),
          static_cast<int64_t>(modified.time_since_epoch() / std::chrono::microseconds(1))};
}

std::string IdentityText(const CacheIdentity& identity) {
  return checkpoint::ToJson(
             {MakeObject({{"codec", {identity.codec}},
                          {"sample_rate", {identity.sample_rate_hz}},
                          {"hop_length", {identity.hop_samples}},
                          {"codebooks", {identity.codebooks}},
                          {"codebook_size", {identity.codebook_size}},
                          {"channels", {identity.channels}},
                          {"codes", {"int16, [codebooks, columns], of whole tracks"}}})}) +
         "\n";
}

CacheIdentity ReadIdentity(const std::string& path) {
  const Config json = Config::ReadFile(path);
  const auto count = [&json](const char* key) { return json.Int(key, 0, 1, 1 << 24); };
  return {json.String("codec", ""), count("sample_rate"),   count("hop_length"),
          count("codebooks"),       count("codebook_size"), count("channels")};
}

// Letters of a file's name that every file system takes.
std::string Plain(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '-' && c != '_') c = '_';
  }
  return name.substr(0, 60);
}

}  // namespace

Codes ReadCached(const CachedTrack& track, int64_t begin, int64_t count, int64_t codebook_size) {
  Codes codes(track.codebooks, count);
  // What lies behind the end is the last column again.
  const int64_t first = std::min(begin, track.columns - 1),
                last = std::min(begin + count, track.columns),
                stored = std::max<int64_t>(last - first, 1);
  std::vector<int16_t> row(static_cast<size_t>(stored));
  std::ifstream file(track.codes_path, std::ios::binary);
  for (int64_t k = 0; k < track.codebooks; ++k) {
    file.seekg((k * track.columns + first) * 2);
    file.read(reinterpret_cast<char*>(row.data()), stored * 2);
    if (!file) ThrowBadInput(Printable(track.codes_path, 300), ": these codes cannot be read");
    for (int64_t t = 0; t < count; ++t) {
      const int32_t code = row[static_cast<size_t>(std::min(t, stored - 1))];
      if (code < 0 || code >= codebook_size) {
        ThrowBadInput(Printable(track.codes_path, 300), ": expected codes below ", codebook_size,
                      ", found ", code);
      }
      codes.at(k, t) = code;
    }
  }
  return codes;
}

TokenCache::TokenCache(std::string folder, const CacheIdentity& identity)
    : folder_(std::move(folder)), identity_(identity) {
  if (identity.codebook_size > INT16_MAX + 1) {
    ThrowBadInput("token cache: expected a codec of at most 32768 codes a codebook, found ",
                  identity.codebook_size);
  }
  const std::string path = folder_ + "/cache.json";
  if (!fs::exists(path)) {
    MakeFolders(folder_);
    WriteWhole(path, IdentityText(identity));
    return;
  }
  const CacheIdentity found = ReadIdentity(path);
  if (found == identity) return;
  if (found.channels != identity.channels) {
    ThrowBadInput(Printable(path, 300), ": expected codes of ", identity.channels,
                  identity.channels == 1 ? " channel" : " channels", ", found ", found.channels,
                  "; give another work folder or remove the cache");
  }
  ThrowBadInput(Printable(path, 300), ": expected codes of codec ", identity.codec,
                ", found those of ", Printable(found.codec),
                "; give another work folder or remove the cache");
}

std::string TokenCache::Stem(const std::string& sound_path) const {
  const fs::path path = fs::absolute(sound_path).lexically_normal();
  return folder_ + "/" + Plain(path.stem().string()) + "-" + Fingerprint(path.string());
}

std::optional<CachedTrack> TokenCache::Find(const std::string& sound_path) const {
  const std::string stem = Stem(sound_path);
  std::error_code error;
  if (!fs::exists(stem + ".json", error)) return std::nullopt;
  const Config json = Config::ReadFile(stem + ".json");
  const FileState state = StateOf(sound_path);
  if (json.Int("bytes", -1, -1, INT64_MAX) != state.bytes ||
      json.Int("modified", -1, INT64_MIN, INT64_MAX) != state.modified) {
    return std::nullopt;
  }
  CachedTrack track;
  track.codes_path = stem + ".codes";
  track.codebooks = identity_.codebooks;
  track.frames = json.Int("frames", 0, 1, kMostColumns);
  track.columns = json.Int("columns", 0, track.frames, kMostColumns);
  const auto bytes = fs::file_size(track.codes_path, error);
  const auto expected = static_cast<uint64_t>(track.codebooks * track.columns * 2);
  if (error || bytes != expected) {
    ThrowBadInput(Printable(track.codes_path, 300), ": expected ", expected, " bytes, found ",
                  error ? uint64_t{0} : bytes, "; remove it and its .json");
  }
  return track;
}

CachedTrack TokenCache::Add(const std::string& sound_path, const Codes& codes,
                            int64_t frames) const {
  MG_CHECK_EQ(codes.codebooks, identity_.codebooks);
  const std::string stem = Stem(sound_path);
  const std::vector<int16_t> values(codes.values.begin(), codes.values.end());
  WriteWhole(stem + ".codes", {reinterpret_cast<const char*>(values.data()), values.size() * 2});
  const FileState state = StateOf(sound_path);
  WriteWhole(stem + ".json", checkpoint::ToJson({MakeObject(
                                 {{"path", {fs::absolute(sound_path).lexically_normal().string()}},
                                  {"bytes", {state.bytes}},
                                  {"modified", {state.modified}},
                                  {"frames", {frames}},
                                  {"columns", {codes.frames}}})}) +
                                 "\n");
  return {stem + ".codes", codes.codebooks, frames, codes.frames};
}

}  // namespace musicgen::train
