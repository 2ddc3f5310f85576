// What parent and child say to one another. Both are the same program, so the bytes are those of
// the structs.
#pragma once

#include <cstdint>

namespace musicgen::serve {

// On the child's stdin, a sealed file in memory; the name and the sound follow.
struct UploadRequest {
  double start_s, duration_s;  // Excerpt
  double sound_s;              // UploadLimits
  uint64_t memory_bytes;
  double seconds;
  uint64_t name_bytes, sound_bytes;
};

// On its stdout, a pipe; the samples [C, N] as floats follow, or a sentence.
struct UploadAnswer {
  static constexpr uint64_t kMark = 0x4d47444543304445;

  uint64_t mark;
  int64_t error;  // 0: sound; else an ErrorCode
  int64_t sample_rate_hz, channels, samples;
  uint64_t sentence_bytes;
};

}  // namespace musicgen::serve
