// Codes files: safetensors with one tensor `codes` [B, K, T] of integers and, in the metadata, what
// the codes are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/codes.h"

namespace musicgen::checkpoint {

// Zero where the file does not say.
struct CodesInfo {
  double frame_rate = 0;      // frames per second
  int64_t sample_rate = 0;    // of the sound behind the codes, in hertz
  int64_t codebook_size = 0;  // codes are in [0, codebook_size)
};

// The B samples. Reads I64, I32 and I16; [K, T] counts as B = 1; other tensors are ignored. Every
// code is in [0, codebook_size), or [0, 65536) where the file does not say; B ≤ 4096, K ≤ 64,
// T ≤ 10^7. Throws Error(kBadInput). `info` may be null.
std::vector<Codes> ReadCodesFile(const std::string& path, CodesInfo* info);
// The same of a file's bytes; `where` names them in messages.
std::vector<Codes> ParseCodes(std::string_view bytes, const std::string& where, CodesInfo* info);

// Writes I64 [B, K, T], whole or not at all; `samples` holds at least one sample and all have the
// same K and T. Fields of `info` that are 0 are left out.
void WriteCodesFile(const std::string& path, std::span<const Codes> samples, const CodesInfo& info);

}  // namespace musicgen::checkpoint
