// Writes the protocol buffers wire format, field after field (protobuf.h reads it).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::text {

class ProtobufWriter {
 public:
  ProtobufWriter& Varint(uint32_t field, uint64_t value);
  ProtobufWriter& Float(uint32_t field, float value);
  ProtobufWriter& Double(uint32_t field, double value);
  // A string, or the bytes of a message inside this one.
  ProtobufWriter& Bytes(uint32_t field, std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  void PutVarint(uint64_t value);
  void PutFixed(uint64_t value, int bytes);

  std::string bytes_;
};

}  // namespace musicgen::text
