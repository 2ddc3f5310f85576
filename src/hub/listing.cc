#include "hub/listing.h"

#include <algorithm>

#include "base/error.h"
#include "checkpoint/json.h"
#include "hub/hub_name.h"

namespace musicgen::hub {
namespace {

using checkpoint::Find;
using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;

constexpr size_t kMostFiles = 100000;
constexpr int64_t kMostBytes = int64_t{1} << 44;
constexpr size_t kSha1Digits = 40, kSha256Digits = 64;
constexpr int kMostCardLines = 200;

std::string Text(const JsonObject& object, std::string_view key) {
  const JsonValue* value = Find(object, key);
  const auto* text = value == nullptr ? nullptr : value->as<std::string>();
  return text == nullptr ? "" : *text;
}

std::string Hash(const JsonObject& object, std::string_view key, size_t digits,
                 const std::string& where) {
  std::string hash = Text(object, key);
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (hash.size() != digits || !std::all_of(hash.begin(), hash.end(), hex)) {
    ThrowBadInput(where, ": ", key, ": expected ", digits, " hexadecimal digits, found ",
                  Printable(hash));
  }
  return hash;
}

ListedFile ReadFile(const JsonObject& entry, const std::string& path, const std::string& where) {
  ListedFile file;
  file.path = path;
  const JsonValue* large = Find(entry, "lfs");
  const JsonObject* lfs = large == nullptr ? nullptr : large->as<JsonObject>();
  file.is_large = lfs != nullptr;
  file.etag = lfs != nullptr ? Hash(*lfs, "oid", kSha256Digits, where)
                             : Hash(entry, "oid", kSha1Digits, where);
  const JsonValue* size = Find(lfs != nullptr ? *lfs : entry, "size");
  const int64_t* bytes = size == nullptr ? nullptr : size->as<int64_t>();
  if (bytes == nullptr || *bytes < 0 || *bytes > kMostBytes) {
    ThrowBadInput(where, ": size: expected a number of bytes, found ",
                  size == nullptr ? "nothing" : checkpoint::Describe(*size));
  }
  file.bytes = static_cast<uint64_t>(*bytes);
  return file;
}

}  // namespace

std::string ParseCommit(std::string_view json, const std::string& where) {
  const JsonValue value = checkpoint::ParseJson(json, where);
  const auto* object = value.as<JsonObject>();
  std::string commit = object == nullptr ? "" : Text(*object, "sha");
  if (!IsCommit(commit)) {
    ThrowBadInput(where, ": sha: expected a commit, found ", Printable(commit));
  }
  return commit;
}

void AddPage(std::string_view json, const std::string& where, Listing* listing) {
  const JsonValue value = checkpoint::ParseJson(json, where);
  const auto* entries = value.as<JsonArray>();
  if (entries == nullptr) {
    ThrowBadInput(where, ": expected a list of files, found ", checkpoint::Describe(value));
  }
  Listing page;
  for (const JsonValue& entry : *entries) {
    const auto* object = entry.as<JsonObject>();
    if (object == nullptr || Text(*object, "type") != "file") continue;
    const std::string path = Text(*object, "path");
    if (!IsPlainPath(path)) continue;
    page.push_back(ReadFile(*object, path, StrCat(where, ": ", Printable(path))));
  }
  listing->insert(listing->end(), page.begin(), page.end());
  if (listing->size() > kMostFiles) {
    ThrowBadInput(where, ": expected at most ", kMostFiles, " files, found more");
  }
  const auto by_path = [](const ListedFile& a, const ListedFile& b) { return a.path < b.path; };
  std::sort(listing->begin(), listing->end(), by_path);
}

const ListedFile* FindFile(const Listing& listing, std::string_view path) {
  const auto found = std::lower_bound(
      listing.begin(), listing.end(), path,
      [](const ListedFile& file, std::string_view wanted) { return file.path < wanted; });
  return found == listing.end() || found->path != path ? nullptr : &*found;
}

std::string LicenceOf(std::string_view card) {
  constexpr std::string_view kKey = "license:", kMark = "---";
  for (int lines = 0; lines < kMostCardLines && !card.empty(); ++lines) {
    const size_t end = std::min(card.find('\n'), card.size());
    const std::string_view line = card.substr(0, end);
    card.remove_prefix(std::min(end + 1, card.size()));
    if (line.starts_with(kMark) != (lines == 0)) return "";
    if (!line.starts_with(kKey)) continue;
    const size_t begin = line.find_first_not_of(" \t\r\"'", kKey.size());
    if (begin == line.npos) return "";
    return Printable(line.substr(begin, line.find_last_not_of(" \t\r\"'") + 1 - begin));
  }
  return "";
}

}  // namespace musicgen::hub
