#include "train/data/manifest.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/config.h"
#include "checkpoint/json.h"

namespace musicgen::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"data.jsonl", "data.jsonl.gz"};
constexpr size_t kMostLine = size_t{1} << 20;
constexpr size_t kMostEntries = size_t{1} << 24;
constexpr double kMostDuration = 1e7;
bool IsCompressed(const std::string& path) {
  if (path.size() < 3) return false;
  const std::string end = path.substr(path.size() - 3);
  return end[0] == '.' && (end[1] | 0x20) == 'g' && (end[2] | 0x20) == 'z';
}

// The lines of a file, which zlib reads as it is where it is not compressed.
class Lines {
 public:
  explicit Lines(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) ThrowBadInput(Printable(path, 300), ": this manifest cannot be opened");
  }

  bool Next(std::string& line) {
    line.clear();
    char piece[4096];
    while (gzgets(file_.get(), piece, sizeof piece) != nullptr) {
      line += piece;
      if (line.back() == '\n') return true;
      if (line.size() > kMostLine) {
        ThrowBadInput(Printable(path_, 300), ": expected lines of at most ", kMostLine, " bytes");
      }
    }
    int code = Z_OK;
    const char* const problem = gzerror(file_.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END) {
      ThrowBadInput(Printable(path_, 300), ": this manifest is damaged: ", problem);
    }
    return !line.empty();
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

std::string Resolve(const std::string& path, const fs::path& folder) {
  std::error_code error;
  if (fs::path(path).is_absolute() || fs::exists(path, error)) return path;
  return (folder / path).string();
}

std::optional<double> OptionalNumber(const checkpoint::Config& entry, const char* key) {
  if (!entry.Has(key)) return std::nullopt;
  return entry.Number(key, 0.0, 0.0, 1e30);
}

ManifestEntry ParseEntry(const std::string& line, const std::string& where,
                         const fs::path& folder) {
  const auto json = checkpoint::Config::Parse(line, where);
  ManifestEntry entry;
  entry.path = json.String("path", "");
  if (entry.path.empty()) ThrowBadInput(json.Where("path"), ": expected a file, found none");
  entry.path = Resolve(entry.path, folder);
  if (!json.Has("duration")) {
    ThrowBadInput(json.Where("duration"), ": expected seconds, found none");
  }
  entry.duration_s = json.Number("duration", 0.0, 0.0, kMostDuration);
  entry.sample_rate_hz = json.Int("sample_rate", 0, 0, 1 << 24);
  entry.amplitude = OptionalNumber(json, "amplitude");
  entry.weight = OptionalNumber(json, "weight");
  entry.info_path = json.String("info_path", "");
  return entry;
}

std::string FindManifest(const std::string& source) {
  std::error_code error;
  if (!fs::is_directory(source, error)) return source;
  for (const char* name : kNames) {
    const std::string path = source + "/" + name;
    if (fs::exists(path, error)) return path;
  }
  ThrowBadInput(Printable(source, 300), ": expected data.jsonl or data.jsonl.gz in this folder");
}

checkpoint::JsonValue NumberOrNull(const std::optional<double>& value) {
  return value ? checkpoint::JsonValue{*value} : checkpoint::JsonValue{};
}

std::string Line(const ManifestEntry& entry) {
  const checkpoint::JsonValue info =
      entry.info_path.empty() ? checkpoint::JsonValue{} : checkpoint::JsonValue{entry.info_path};
  return checkpoint::ToJson({checkpoint::MakeObject({{"path", {entry.path}},
                                                     {"duration", {entry.duration_s}},
                                                     {"sample_rate", {entry.sample_rate_hz}},
                                                     {"amplitude", NumberOrNull(entry.amplitude)},
                                                     {"weight", NumberOrNull(entry.weight)},
                                                     {"info_path", info}})}) +
         "\n";
}

std::string Compressed(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;  // zlib's word for a gzip header around the widest window
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    ThrowFailure("zlib has no memory");
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::vector<ManifestEntry> ReadManifest(const std::string& source) {
  const std::string path = FindManifest(source);
  const fs::path folder = fs::path(path).parent_path();
  std::vector<ManifestEntry> entries;
  Lines lines(path);
  std::string line;
  for (int64_t number = 1; lines.Next(line); ++number) {
    if (line.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    entries.push_back(ParseEntry(line, StrCat(Printable(path, 300), ":", number), folder));
    if (entries.size() > kMostEntries) {
      ThrowBadInput(Printable(path, 300), ": expected at most ", kMostEntries, " lines");
    }
  }
  return entries;
}

bool HasManifest(const std::string& folder) {
  std::error_code error;
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const char* name) { return fs::exists(folder + "/" + name, error); });
}

void WriteManifest(const std::vector<ManifestEntry>& entries, const std::string& path) {
  std::string text;
  for (const ManifestEntry& entry : entries) text += Line(entry);
  WriteWhole(path, IsCompressed(path) ? Compressed(text) : text);
}

}  // namespace musicgen::train
