#include "audio/chunks.h"

#include <algorithm>

namespace musicgen::audio {
namespace {

constexpr uint64_t kWide = 0xffffffff;

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

uint64_t Integer(std::string_view from, size_t bytes, bool big_endian) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) {
    const size_t place = big_endian ? bytes - 1 - i : i;
    value |= static_cast<uint64_t>(static_cast<unsigned char>(from[i])) << (8 * place);
  }
  return value;
}

void PutInteger(uint64_t value, size_t bytes, bool big_endian, std::string& to) {
  for (size_t i = 0; i < bytes; ++i) {
    to += static_cast<char>(value >> (8 * (big_endian ? bytes - 1 - i : i)));
  }
}

bool ChunkReader::Next(Chunk& chunk) {
  const size_t header = layout_.id_bytes + layout_.size_bytes;
  if (rest_.size() < header) return false;
  chunk.id = rest_.substr(0, layout_.id_bytes);
  uint64_t claimed =
      Integer(rest_.substr(layout_.id_bytes), layout_.size_bytes, layout_.big_endian);
  if (layout_.size_counts_header) claimed -= std::min<uint64_t>(claimed, header);
  if (claimed == kWide && wide_data_bytes_ > 0 && chunk.id == "data") claimed = wide_data_bytes_;
  rest_.remove_prefix(header);
  chunk.data = rest_.substr(0, claimed);
  chunk.whole = chunk.data.size() == claimed;
  rest_.remove_prefix(chunk.data.size());
  rest_.remove_prefix(std::min(Padding(claimed), rest_.size()));
  return true;
}

// Sloppy writers leave out the zero behind an odd size.
size_t ChunkReader::Padding(uint64_t bytes) const {
  const size_t padding = (layout_.alignment - bytes % layout_.alignment) % layout_.alignment;
  const bool left_out = layout_.alignment == 2 && padding == 1 &&
                        rest_.size() >= layout_.id_bytes &&
                        IsPrintable(rest_.substr(0, layout_.id_bytes));
  return left_out ? 0 : padding;
}

bool ChunkReader::IsWholeList() const {
  ChunkReader reader(rest_, layout_);
  Chunk chunk;
  while (reader.Next(chunk)) {
    if (!chunk.whole || !IsPrintable(chunk.id.substr(0, 4))) return false;
  }
  return reader.rest_.empty();
}

std::string_view ChunkReader::Sound(const Chunk& chunk, size_t header) const {
  const std::string_view data = chunk.data.substr(std::min(header, chunk.data.size()));
  if (!data.empty() || IsWholeList()) return data;
  // Whatever follows, without a break.
  const char* end = rest_.data() + rest_.size();
  const char* begin = std::min(end, chunk.data.data() + header);
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace musicgen::audio
