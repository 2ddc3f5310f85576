#include "train/checkpoint/event_file.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <fstream>

#include "base/error.h"
#include "base/write_whole.h"
#include "text/protobuf_writer.h"

namespace musicgen::train {
namespace {

using text::ProtobufWriter;

double Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void PutLittle(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

// event.proto: wall_time 1, step 2, file_version 3, summary 5, session_log 7.
ProtobufWriter NewEvent(int64_t update) {
  return ProtobufWriter().Double(1, Now()).Varint(2, static_cast<uint64_t>(update));
}

}  // namespace

uint32_t MaskedCrc32c(const std::string& bytes) {
  static const auto kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0u);
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

EventFile::EventFile(const std::string& folder, int64_t last_update) {
  MakeFolders(folder);
  const auto second = static_cast<int64_t>(Now());
  path_ = StrCat(folder, "/events.out.tfevents.", second, ".", getpid(), ".musicgen");
  Append(ProtobufWriter().Double(1, Now()).Bytes(3, "brain.Event:2").bytes());
  // SessionLog START (1) at the first step that is written anew.
  if (last_update > 0) {
    Append(NewEvent(last_update + 1).Bytes(7, ProtobufWriter().Varint(1, 1).bytes()).bytes());
  }
}

void EventFile::Write(const std::string& kind, int64_t update, const LogValues& values) {
  ProtobufWriter summary;
  for (const auto& [name, value] : values) {
    const ProtobufWriter scalar =
        ProtobufWriter().Bytes(1, StrCat(kind, "/", name)).Float(2, static_cast<float>(value));
    summary.Bytes(1, scalar.bytes());
  }
  Append(NewEvent(update).Bytes(5, summary.bytes()).bytes());
}

void EventFile::Append(const std::string& event) {
  std::string length, record;
  PutLittle(event.size(), 8, &length);
  record = length;
  PutLittle(MaskedCrc32c(length), 4, &record);
  record += event;
  PutLittle(MaskedCrc32c(event), 4, &record);
  std::ofstream file(path_, std::ios::app | std::ios::binary);
  file << record << std::flush;
  if (!file) ThrowFailure("cannot write ", Printable(path_, 300));
}

}  // namespace musicgen::train
