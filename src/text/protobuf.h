// Reads the protocol buffers wire format, field by field, from bytes that may lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::text {

class ProtobufReader {
 public:
  // `bytes` must outlive the reader; `where` begins every message.
  ProtobufReader(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {}

  // Moves to the next field; false at the end. Throws Error(kBadInput) when the bytes make no
  // sense.
  bool Next();
  uint32_t field() const { return field_; }

  // The value of the current field. Throw Error(kBadInput) when its wire type is another.
  uint64_t Varint() const;
  float Float() const;
  std::string_view Bytes() const;

 private:
  uint64_t ReadVarint();
  std::string_view ReadBytes(uint64_t count);
  void Expect(uint32_t wire_type) const;

  std::string_view rest_;
  const std::string& where_;
  uint32_t field_ = 0;
  uint32_t wire_type_ = 0;
  uint64_t varint_ = 0;
  std::string_view bytes_;
};

}  // namespace musicgen::text
