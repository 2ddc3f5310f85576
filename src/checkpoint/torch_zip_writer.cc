#include "checkpoint/torch_zip_writer.h"

#include <utility>

#include "base/check.h"
#include "checkpoint/crc32.h"

namespace musicgen::checkpoint {
namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint16_t kVersion = 45;           // of ZIP, the first with ZIP64
constexpr uint16_t kPaddingExtra = 0x4246;  // "FB", as torch.save marks its padding
constexpr uint64_t kCrcOffset = 14;         // in a local header

void Put(std::string* out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) *out += static_cast<char>(value >> (8 * i));
}

void PutExtra(std::string* out, uint16_t kind, const std::string& body) {
  Put(out, kind, 2);
  Put(out, body.size(), 2);
  *out += body;
}

std::string Wide(std::initializer_list<uint64_t> values) {
  std::string body;
  for (const uint64_t value : values) Put(&body, value, 8);
  return body;
}

}  // namespace

TorchZipWriter::TorchZipWriter(const std::string& path, std::string folder, uint64_t wide_from)
    : file_(path), folder_(std::move(folder)), wide_from_(wide_from) {}

void TorchZipWriter::Add(const std::string& name, std::string_view content) {
  Add(name, content.size(), [&](const PutBytes& put) { put(content.data(), content.size()); });
}

void TorchZipWriter::Add(const std::string& name, uint64_t bytes,
                         const std::function<void(const PutBytes& put)>& write) {
  Entry entry = {folder_ + "/" + name, file_.size(), bytes, 0};
  const bool wide = entry.size >= wide_from_;
  std::string extra;
  if (wide) PutExtra(&extra, zip::kZip64Extra, Wide({entry.size, entry.size}));
  const uint64_t unpadded = entry.header + zip::kLocalBytes + entry.name.size() + extra.size() + 4;
  PutExtra(&extra, kPaddingExtra,
           std::string((kAlignment - unpadded % kAlignment) % kAlignment, 'Z'));

  std::string header;
  Put(&header, zip::kLocalSignature, 4);
  Put(&header, kVersion, 2);
  Put(&header, zip::kUtf8Flag, 2);
  Put(&header, 0, 2);  // stored
  Put(&header, 0, 4);  // no time: the same tensors give the same file
  Put(&header, 0, 4);  // the checksum, once the bytes are through
  Put(&header, wide ? zip::kIn64 : entry.size, 4);
  Put(&header, wide ? zip::kIn64 : entry.size, 4);
  Put(&header, entry.name.size(), 2);
  Put(&header, extra.size(), 2);
  header += entry.name + extra;
  file_.Write(header.data(), header.size());
  uint64_t written = 0;
  write([&](const void* data, size_t size) {
    file_.Write(data, size);
    entry.crc = Crc32(entry.crc, data, size);
    written += size;
  });
  MG_CHECK_EQ(written, bytes);
  std::string crc;
  Put(&crc, entry.crc, 4);
  file_.WriteAt(entry.header + kCrcOffset, crc.data(), crc.size());
  entries_.push_back(std::move(entry));
}

std::string TorchZipWriter::CentralRecord(const Entry& entry) const {
  const bool wide_size = entry.size >= wide_from_, wide_header = entry.header >= wide_from_;
  std::string wide;
  if (wide_size) wide += Wide({entry.size, entry.size});
  if (wide_header) wide += Wide({entry.header});
  std::string extra;
  if (!wide.empty()) PutExtra(&extra, zip::kZip64Extra, wide);

  std::string record;
  Put(&record, zip::kCentralSignature, 4);
  Put(&record, kVersion, 2);
  Put(&record, kVersion, 2);
  Put(&record, zip::kUtf8Flag, 2);
  Put(&record, 0, 2);  // stored
  Put(&record, 0, 4);  // no time
  Put(&record, entry.crc, 4);
  Put(&record, wide_size ? zip::kIn64 : entry.size, 4);
  Put(&record, wide_size ? zip::kIn64 : entry.size, 4);
  Put(&record, entry.name.size(), 2);
  Put(&record, extra.size(), 2);
  Put(&record, 0, 2);  // no comment
  Put(&record, 0, 2);  // disk
  Put(&record, 0, 2);  // attributes
  Put(&record, 0, 4);
  Put(&record, wide_header ? zip::kIn64 : entry.header, 4);
  return record + entry.name + extra;
}

// As torch.save, always with the ZIP64 end records.
void TorchZipWriter::Commit() {
  const uint64_t directory = file_.size();
  std::string records;
  for (const Entry& entry : entries_) records += CentralRecord(entry);
  const uint64_t bytes = records.size(), count = entries_.size(), end64 = directory + bytes;
  Put(&records, zip::kEnd64Signature, 4);
  Put(&records, zip::kEnd64Bytes - 12, 8);
  Put(&records, kVersion, 2);
  Put(&records, kVersion, 2);
  Put(&records, 0, 8);  // disks
  for (const uint64_t value : {count, count, bytes, directory}) Put(&records, value, 8);
  Put(&records, zip::kLocator64Signature, 4);
  Put(&records, 0, 4);
  Put(&records, end64, 8);
  Put(&records, 1, 4);  // disks in all
  Put(&records, zip::kEndSignature, 4);
  Put(&records, 0, 4);  // disks
  const auto narrow = [](uint64_t value, uint64_t all_ones) {
    return value < all_ones ? value : all_ones;
  };
  Put(&records, narrow(count, zip::kIn64Short), 2);
  Put(&records, narrow(count, zip::kIn64Short), 2);
  Put(&records, narrow(bytes, zip::kIn64), 4);
  Put(&records, narrow(directory, zip::kIn64), 4);
  Put(&records, 0, 2);  // no comment
  file_.Write(records.data(), records.size());
  file_.Commit();
}

}  // namespace musicgen::checkpoint
