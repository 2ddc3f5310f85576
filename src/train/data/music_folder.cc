#include "train/data/music_folder.h"

#include <filesystem>

#include "base/error.h"
#include "checkpoint/side_files.h"
#include "train/data/metadata_table.h"
#include "train/data/sound_files.h"

namespace musicgen::train {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostText = 4096;  // bytes of a description, as the program takes of a prompt

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string ReadSmallFile(const fs::path& path) {
  const std::string folder = path.parent_path().string();
  return checkpoint::FilesOfDirectory(folder.empty() ? "." : folder)
      ->Read(path.filename().string());
}

std::optional<std::string> DescriptionBeside(const std::string& sound) {
  const fs::path path = fs::path(sound).replace_extension(".txt");
  if (!Exists(path)) return std::nullopt;
  std::string text = Trimmed(ReadSmallFile(path));
  if (text.empty()) return std::nullopt;
  for (char& c : text) c = c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  return text;
}

// The tables of a folder.
class Tables {
 public:
  explicit Tables(const fs::path& folder) : folder_(folder) {
    if (const fs::path csv = folder / "metadata.csv"; Exists(csv)) {
      rows_ = ParseCsvTable(ReadSmallFile(csv), Printable(csv.string(), 300));
    }
    if (const fs::path lines = folder / "metadata.jsonl"; Exists(lines)) {
      rows_.merge(ParseJsonLinesTable(ReadSmallFile(lines), Printable(lines.string(), 300)));
    }
  }

  const TrackText* Of(const fs::path& sound) const {
    for (const std::string& name : {sound.lexically_relative(folder_).generic_string(),
                                    sound.filename().string(), sound.stem().string()}) {
      if (const auto row = rows_.find(name); row != rows_.end()) return &row->second;
    }
    return nullptr;
  }

 private:
  fs::path folder_;
  std::map<std::string, TrackText> rows_;
};

void CheckLength(const Track& track) {
  const size_t size = track.text.description.value_or("").size();
  if (size <= kMostText) return;
  ThrowBadInput(Printable(track.sound.path, 300), ": expected a description of at most ", kMostText,
                " bytes, found ", size);
}

}  // namespace

bool Track::has_text() const {
  return text.description || text.key || text.bpm || text.genre || text.moods || text.instrument ||
         text.keywords;
}

MusicFolder ReadMusicFolder(const std::string& folder) {
  MusicFolder found;
  const Tables tables{fs::path(folder)};
  for (const std::string& path : FindSounds(folder)) {
    Track track;
    track.sound.path = path;
    track.text = ReadTrackText(path, /*fields_required=*/false);
    const auto description = DescriptionBeside(path);
    if (!track.text.description) track.text.description = description;
    if (const TrackText* const row = tables.Of(path); row != nullptr && !track.has_text()) {
      track.text = *row;
    }
    CheckLength(track);
    found.tracks.push_back(std::move(track));
  }
  return found;
}

MusicFolder ReadManifestTracks(const std::string& source, bool fields_required) {
  MusicFolder found;
  for (ManifestEntry& sound : ReadManifest(source)) {
    if (!Exists(sound.path)) {
      found.unreadable.push_back(Printable(sound.path, 300) + ": there is no such file");
      continue;
    }
    Track track{std::move(sound), {}};
    track.text = ReadTrackText(track.sound.path, fields_required);
    CheckLength(track);
    found.tracks.push_back(std::move(track));
  }
  return found;
}

MusicFolder ReadTracks(const std::string& source, bool fields_required) {
  std::error_code error;
  const bool folder = fs::is_directory(source, error);
  return folder && !HasManifest(source) ? ReadMusicFolder(source)
                                        : ReadManifestTracks(source, fields_required);
}

std::vector<ManifestEntry> SoundsOf(const std::vector<Track>& tracks) {
  std::vector<ManifestEntry> sounds;
  for (const Track& track : tracks) sounds.push_back(track.sound);
  return sounds;
}

}  // namespace musicgen::train
