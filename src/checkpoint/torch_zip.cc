#include "checkpoint/torch_zip.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.h"
#include "checkpoint/utf8.h"
#include "checkpoint/zip_records.h"

namespace musicgen::checkpoint {
namespace {

constexpr uint64_t kMostEntries = 1 << 20;

struct Entry {
  std::string_view name;
  uint64_t header = 0;  // offset of the local header
  uint64_t size = 0;
  uint64_t data = 0;  // offset of the bytes
};

struct Directory {
  uint64_t entries = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
};

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  TorchZipEntries Read() {
    if (bytes_.size() < 4 || U32(0) != zip::kLocalSignature) {
      Fail("expected a torch.save file (a ZIP, PyTorch 1.6 or later), found something else");
    }
    const Directory directory = FindDirectory();
    std::vector<Entry> entries = ReadDirectory(directory);
    for (Entry& entry : entries) ReadLocalHeader(directory, &entry);
    CheckOverlaps(entries);
    return Strip(entries);
  }

 private:
  template <class... Args>
  [[noreturn]] void Fail(const Args&... args) const {
    ThrowBadInput(where_, ": ", args...);
  }

  uint64_t Little(uint64_t offset, int count) const {
    if (offset > bytes_.size() || bytes_.size() - offset < static_cast<uint64_t>(count)) {
      Fail("the file ends inside a ZIP record at byte ", offset);
    }
    uint64_t value = 0;
    for (int i = count; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes_[offset + static_cast<uint64_t>(i)]);
    }
    return value;
  }
  uint16_t U16(uint64_t offset) const { return static_cast<uint16_t>(Little(offset, 2)); }
  uint32_t U32(uint64_t offset) const { return static_cast<uint32_t>(Little(offset, 4)); }
  uint64_t U64(uint64_t offset) const { return Little(offset, 8); }

  Directory FindDirectory() const;
  Directory ReadEnd64(uint64_t locator) const;
  std::vector<Entry> ReadDirectory(const Directory& directory) const;
  void ReadExtra64(uint64_t begin, uint64_t end, bool size_follows, Entry* entry) const;
  void ReadLocalHeader(const Directory& directory, Entry* entry) const;
  void CheckOverlaps(std::vector<Entry> entries) const;
  TorchZipEntries Strip(const std::vector<Entry>& entries) const;
  void CheckMarkers(const TorchZipEntries& entries) const;

  std::string_view bytes_;
  const std::string& where_;
};

// torch.save writes no archive comment, so the end record is the file's last 22 bytes. One that
// ends elsewhere means that the file is cut or has something behind it.
Directory Reader::FindDirectory() const {
  if (bytes_.size() < zip::kLocalBytes + zip::kEndBytes ||
      U32(bytes_.size() - zip::kEndBytes) != zip::kEndSignature) {
    Fail("no ZIP directory at the end; the file is cut or has bytes behind it");
  }
  const uint64_t end = bytes_.size() - zip::kEndBytes;
  if (U16(end + 4) != 0 || U16(end + 6) != 0) Fail("a ZIP of several disks is not supported");
  if (U16(end + 20) != 0) Fail("expected no ZIP comment, found one");
  Directory directory = {U16(end + 10), U32(end + 16), U32(end + 12)};
  uint64_t directory_end = end;
  uint64_t here = U16(end + 8);
  if (end >= zip::kLocator64Bytes && U32(end - zip::kLocator64Bytes) == zip::kLocator64Signature) {
    const Directory wide = ReadEnd64(end - zip::kLocator64Bytes);
    const auto agree = [](uint64_t narrow, uint64_t all_ones, uint64_t value) {
      return narrow == value || narrow == all_ones;
    };
    if (!agree(directory.entries, zip::kIn64Short, wide.entries) ||
        !agree(here, zip::kIn64Short, wide.entries) ||
        !agree(directory.offset, zip::kIn64, wide.offset) ||
        !agree(directory.size, zip::kIn64, wide.size)) {
      Fail("the two end records of the ZIP contradict each other");
    }
    here = wide.entries;
    directory = wide;
    directory_end = U64(end - zip::kLocator64Bytes + 8);
  }
  if (here != directory.entries) Fail("a ZIP of several disks is not supported");
  if (directory.offset > directory_end || directory_end - directory.offset != directory.size) {
    Fail("the ZIP directory is said to be ", directory.size, " bytes at byte ", directory.offset,
         ", which does not end where its end record is, at byte ", directory_end);
  }
  if (directory.entries == 0) Fail("the ZIP has no entries");
  if (directory.entries > kMostEntries || directory.entries > directory.size / zip::kCentralBytes) {
    Fail("a ZIP directory of ", directory.size, " bytes is said to hold ", directory.entries,
         " entries");
  }
  return directory;
}

Directory Reader::ReadEnd64(uint64_t locator) const {
  const uint64_t record = U64(locator + 8);
  if (U32(locator + 4) != 0 || U32(locator + 16) != 1) {
    Fail("a ZIP of several disks is not supported");
  }
  if (record > locator || locator - record != zip::kEnd64Bytes ||
      U32(record) != zip::kEnd64Signature || U64(record + 4) != zip::kEnd64Bytes - 12) {
    Fail("no ZIP64 end record at byte ", record, " as its locator says");
  }
  if (U32(record + 16) != 0 || U32(record + 20) != 0 || U64(record + 24) != U64(record + 32)) {
    Fail("a ZIP of several disks is not supported");
  }
  return {U64(record + 32), U64(record + 48), U64(record + 40)};
}

std::vector<Entry> Reader::ReadDirectory(const Directory& directory) const {
  std::vector<Entry> entries;
  const uint64_t end = directory.offset + directory.size;
  uint64_t at = directory.offset;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (end - at < zip::kCentralBytes || U32(at) != zip::kCentralSignature) {
      Fail("no entry ", i, " in the ZIP directory at byte ", at);
    }
    const uint64_t name_bytes = U16(at + 28), extra_bytes = U16(at + 30),
                   comment_bytes = U16(at + 32);
    const uint64_t tail = name_bytes + extra_bytes + comment_bytes;
    if (end - at - zip::kCentralBytes < tail) Fail("entry ", i, " leaves the ZIP directory");
    Entry entry;
    entry.name = bytes_.substr(at + zip::kCentralBytes, name_bytes);
    const std::string name = Printable(entry.name);
    if ((U16(at + 8) & ~(zip::kSizesFollowFlag | zip::kUtf8Flag)) != 0) {
      Fail("ZIP entry ", name, ": encryption and other features are not supported");
    }
    if (U16(at + 10) != 0) {
      Fail("ZIP entry ", name, ": expected stored bytes, found compression method ", U16(at + 10));
    }
    if (U32(at + 20) != U32(at + 24)) {
      Fail("ZIP entry ", name, ": expected equal sizes of stored bytes, found ", U32(at + 20),
           " and ", U32(at + 24));
    }
    // Of what is marked so, PyTorch's reader gives no bytes.
    if ((U32(at + 38) & zip::kFolderAttribute) != 0 || entry.name.ends_with('/')) {
      Fail("ZIP entry ", name, ": expected a file, found a folder");
    }
    if (U16(at + 34) != 0) Fail("a ZIP of several disks is not supported");
    entry.size = U32(at + 20);
    entry.header = U32(at + 42);
    const uint64_t extra = at + zip::kCentralBytes + name_bytes;
    if (entry.size == zip::kIn64 || entry.header == zip::kIn64) {
      ReadExtra64(extra, extra + extra_bytes, entry.size == zip::kIn64, &entry);
    }
    entries.push_back(entry);
    at += zip::kCentralBytes + tail;
  }
  if (at != end) Fail("the ZIP directory holds ", end - at, " bytes more than its entries");
  return entries;
}

// The ZIP64 field holds the values whose short form is all ones, in a fixed order: size, stored
// size, offset of the local header.
void Reader::ReadExtra64(uint64_t begin, uint64_t end, bool size_follows, Entry* entry) const {
  const std::string name = Printable(entry->name);
  while (end - begin >= 4) {
    const uint64_t bytes = U16(begin + 2);
    if (bytes > end - begin - 4) break;
    if (U16(begin) != zip::kZip64Extra) {
      begin += 4 + bytes;
      continue;
    }
    uint64_t at = begin + 4;
    const uint64_t wanted = (size_follows ? 16 : 0) + (entry->header == zip::kIn64 ? 8 : 0);
    if (bytes < wanted) break;
    if (size_follows) {
      entry->size = U64(at);
      if (U64(at + 8) != entry->size) {
        Fail("ZIP entry ", name, ": expected equal sizes of stored bytes, found ", U64(at + 8),
             " and ", entry->size);
      }
      at += 16;
    }
    if (entry->header == zip::kIn64) entry->header = U64(at);
    return;
  }
  Fail("ZIP entry ", name, ": its sizes are missing");
}

void Reader::ReadLocalHeader(const Directory& directory, Entry* entry) const {
  const std::string name = Printable(entry->name);
  const uint64_t at = entry->header;
  if (at > directory.offset || directory.offset - at < zip::kLocalBytes ||
      U32(at) != zip::kLocalSignature) {
    Fail("ZIP entry ", name, ": no such entry at byte ", at, " as the directory says");
  }
  const uint64_t name_bytes = U16(at + 26), extra_bytes = U16(at + 28);
  const uint64_t room = directory.offset - at - zip::kLocalBytes;
  if (room < name_bytes + extra_bytes || room - name_bytes - extra_bytes < entry->size) {
    Fail("ZIP entry ", name, ": ", entry->size, " bytes reach beyond byte ", directory.offset,
         " where the directory begins");
  }
  const uint16_t flags = U16(at + 6);
  // With sizes in a descriptor, those here are zero; of ZIP64 they may be all ones.
  const auto agrees = [&](uint64_t size) {
    return size == entry->size || size == zip::kIn64 ||
           (size == 0 && (flags & zip::kSizesFollowFlag) != 0);
  };
  if (bytes_.substr(at + zip::kLocalBytes, name_bytes) != entry->name || U16(at + 8) != 0 ||
      (flags & ~(zip::kSizesFollowFlag | zip::kUtf8Flag)) != 0 || !agrees(U32(at + 18)) ||
      !agrees(U32(at + 22))) {
    Fail("ZIP entry ", name, ": its header contradicts the directory");
  }
  entry->data = at + zip::kLocalBytes + name_bytes + extra_bytes;
}

void Reader::CheckOverlaps(std::vector<Entry> entries) const {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.header < b.header; });
  for (size_t i = 0; i + 1 < entries.size(); ++i) {
    if (entries[i].data + entries[i].size > entries[i + 1].header) {
      Fail("ZIP entries ", Printable(entries[i].name), " and ", Printable(entries[i + 1].name),
           " overlap");
    }
  }
}

// Takes the leading folder off the names.
TorchZipEntries Reader::Strip(const std::vector<Entry>& entries) const {
  const std::string_view first = entries.front().name;
  const size_t slash = first.find('/');
  if (slash == first.npos) {
    Fail("ZIP entry ", Printable(first), ": expected a name below a folder");
  }
  const std::string_view folder = first.substr(0, slash + 1);
  TorchZipEntries stripped;
  for (const Entry& entry : entries) {
    if (!IsUtf8(entry.name)) Fail("ZIP entry ", Printable(entry.name), ": its name is not UTF-8");
    if (!entry.name.starts_with(folder)) {
      Fail("ZIP entry ", Printable(entry.name), ": expected a name below ", Printable(folder));
    }
    const bool is_new = stripped
                            .emplace(std::string(entry.name.substr(folder.size())),
                                     bytes_.substr(entry.data, entry.size))
                            .second;
    if (!is_new) Fail("ZIP entry ", Printable(entry.name), " appears twice");
  }
  CheckMarkers(stripped);
  return stripped;
}

// Digits with white space around them.
std::optional<int> SmallNumber(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \n");
  if (begin == text.npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(" \n") + 1 - begin);
  if (text.size() > 6) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

void Reader::CheckMarkers(const TorchZipEntries& entries) const {
  if (entries.contains("constants.pkl")) {
    Fail("expected a torch.save file, found a TorchScript program");
  }
  // The range that PyTorch's own reader accepts (caffe2/serialize/versions.h).
  for (const char* name : {"version", ".data/version"}) {
    const auto found = entries.find(name);
    if (found == entries.end()) continue;
    const std::optional<int> version = SmallNumber(found->second);
    if (!version || *version < 1 || *version > 10) {
      Fail("ZIP entry ", name, ": expected a number from 1 to 10, found \"",
           Printable(found->second, 20), '"');
    }
  }
  if (!entries.contains("version") && !entries.contains(".data/version")) {
    Fail("ZIP entry version is missing");
  }
  if (const auto order = entries.find("byteorder");
      order != entries.end() && order->second != "little") {
    Fail("ZIP entry byteorder: expected \"little\", found \"", Printable(order->second, 20), '"');
  }
  if (const auto id = entries.find(".data/serialization_id");
      id != entries.end() && !IsUtf8(id->second)) {
    Fail("ZIP entry .data/serialization_id: expected UTF-8");
  }
  if (const auto alignment = entries.find(".storage_alignment");
      alignment != entries.end() && !SmallNumber(alignment->second)) {
    Fail("ZIP entry .storage_alignment: expected a number, found \"",
         Printable(alignment->second, 20), '"');
  }
}

}  // namespace

TorchZipEntries ParseTorchZip(std::string_view bytes, const std::string& where) {
  return Reader(bytes, where).Read();
}

}  // namespace musicgen::checkpoint
