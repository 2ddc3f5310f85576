#include "text/protobuf.h"

#include <bit>

#include "base/error.h"

namespace musicgen::text {
namespace {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

}  // namespace

bool ProtobufReader::Next() {
  if (rest_.empty()) return false;
  const uint64_t tag = ReadVarint();
  if (tag >> 32 != 0 || tag >> 3 == 0) {
    ThrowBadInput(where_, ": expected a SentencePiece model, found the field tag ", tag);
  }
  field_ = static_cast<uint32_t>(tag >> 3);
  wire_type_ = static_cast<uint32_t>(tag & 7);
  switch (wire_type_) {
    case kVarint:
      varint_ = ReadVarint();
      break;
    case kFixed64:
      bytes_ = ReadBytes(8);
      break;
    case kBytes:
      bytes_ = ReadBytes(ReadVarint());
      break;
    case kFixed32:
      bytes_ = ReadBytes(4);
      break;
    default:
      ThrowBadInput(where_, ": expected a SentencePiece model, found field ", field_,
                    " of wire type ", wire_type_);
  }
  return true;
}

uint64_t ProtobufReader::Varint() const {
  Expect(kVarint);
  return varint_;
}

float ProtobufReader::Float() const {
  Expect(kFixed32);
  uint32_t bits = 0;
  for (size_t i = 0; i < 4; ++i) {
    bits |= static_cast<uint32_t>(static_cast<unsigned char>(bytes_[i])) << (8 * i);
  }
  return std::bit_cast<float>(bits);
}

std::string_view ProtobufReader::Bytes() const {
  Expect(kBytes);
  return bytes_;
}

uint64_t ProtobufReader::ReadVarint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(ReadBytes(1)[0]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ThrowBadInput(where_, ": expected a SentencePiece model, found an integer of more than 64 bits");
}

std::string_view ProtobufReader::ReadBytes(uint64_t count) {
  if (count > rest_.size()) {
    ThrowBadInput(where_, ": expected a SentencePiece model, found a field of ", count,
                  " bytes where ", rest_.size(), " are left");
  }
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

void ProtobufReader::Expect(uint32_t wire_type) const {
  if (wire_type_ != wire_type) {
    ThrowBadInput(where_, ": expected wire type ", wire_type, " of field ", field_, ", found ",
                  wire_type_);
  }
}

}  // namespace musicgen::text
