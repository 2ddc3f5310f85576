// A mutated length prefix hides most of a container from the fuzzer; this puts an honest one in
// front: the input's first byte is the size of the payload, taken from its end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

inline std::string HonestContainer(std::string_view input) {
  if (input.empty()) return "";
  const size_t payload = std::min<size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
  const uint64_t header = input.size() - 1 - payload;
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header >> (8 * i));
  return bytes.append(input.substr(1));
}
