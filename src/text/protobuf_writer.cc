#include "text/protobuf_writer.h"

#include <bit>

namespace musicgen::text {
namespace {

enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

uint64_t Tag(uint32_t field, WireType type) { return uint64_t{field} << 3 | type; }

}  // namespace

ProtobufWriter& ProtobufWriter::Varint(uint32_t field, uint64_t value) {
  PutVarint(Tag(field, kVarint));
  PutVarint(value);
  return *this;
}

ProtobufWriter& ProtobufWriter::Float(uint32_t field, float value) {
  PutVarint(Tag(field, kFixed32));
  PutFixed(std::bit_cast<uint32_t>(value), 4);
  return *this;
}

ProtobufWriter& ProtobufWriter::Double(uint32_t field, double value) {
  PutVarint(Tag(field, kFixed64));
  PutFixed(std::bit_cast<uint64_t>(value), 8);
  return *this;
}

ProtobufWriter& ProtobufWriter::Bytes(uint32_t field, std::string_view value) {
  PutVarint(Tag(field, kBytes));
  PutVarint(value.size());
  bytes_ += value;
  return *this;
}

void ProtobufWriter::PutVarint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  bytes_ += static_cast<char>(value);
}

void ProtobufWriter::PutFixed(uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace musicgen::text
