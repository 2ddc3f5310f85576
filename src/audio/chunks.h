// Chunks: an id, a size, so many bytes. RIFF, its relatives, AIFF and CAF are lists of them. Sizes
// lie: no chunk goes beyond the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::audio {

// An unsigned integer of the first `bytes` bytes, 8 at most.
uint64_t Integer(std::string_view from, size_t bytes, bool big_endian);
// Appends one.
void PutInteger(uint64_t value, size_t bytes, bool big_endian, std::string& to);

struct ChunkLayout {
  size_t id_bytes = 4;
  size_t size_bytes = 4;
  bool big_endian = false;
  bool size_counts_header = false;
  size_t alignment = 2;  // of a chunk's beginning: 1, 2 or 8
};

struct Chunk {
  std::string_view id;
  std::string_view data;  // as far as the file goes
  bool whole = true;      // it holds as much as it claims
};

class ChunkReader {
 public:
  ChunkReader(std::string_view chunks, const ChunkLayout& layout)
      : rest_(chunks), layout_(layout) {}

  // False at the end.
  bool Next(Chunk& chunk);

  // The sound of the chunk just read: its data; all that follows, where its recorder has not
  // written the size. That is one of 0 (of at most `header` bytes, which are the chunk's own)
  // which no whole list of chunks follows.
  std::string_view Sound(const Chunk& chunk, size_t header = 0) const;

  // Of RF64: the size of the data chunk that claims 2^32 − 1 bytes.
  void SetWideDataSize(uint64_t bytes) { wide_data_bytes_ = bytes; }

 private:
  size_t Padding(uint64_t bytes) const;
  bool IsWholeList() const;

  std::string_view rest_;
  ChunkLayout layout_;
  uint64_t wide_data_bytes_ = 0;
};

}  // namespace musicgen::audio
