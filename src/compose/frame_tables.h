// The sound of every code, frame by frame, and of songs by their codes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compose/sound_font.h"
#include "compose/vocabulary.h"

namespace musicgen::compose {

struct FrameTables {
  std::array<std::vector<float>, kBooks> frames;  // [rows, 640]
  std::array<std::vector<int32_t>, kBooks> next;  // [rows]: the code while the sound goes on

  int rows(int book) const { return static_cast<int>(next[static_cast<size_t>(book)].size()); }
  std::span<const float> frame(int book, int code) const {
    return std::span(frames[static_cast<size_t>(book)])
        .subspan(static_cast<size_t>(code) * kFrameSamples, kFrameSamples);
  }
};

// Renders each sound of the palette once.
FrameTables RenderFrameTables(const Vocabulary& vocabulary, SoundFont* font);

// palette.safetensors: book.K.frames f32, book.K.next i32 and, for those who measure codes by what
// they mean, book.K.meaning i32 [rows, 3]: instrument, pitch, age. Reading checks every shape and
// code of the tables and throws Error(kBadInput).
void WriteFrameTables(const Vocabulary& vocabulary, const FrameTables& tables,
                      const std::string& path);
FrameTables ReadFrameTables(const std::string& path);

using FrameCodes = std::array<int16_t, kBooks>;

// The sound of these codes: the voices' frames added. Where a sound begins while another of its
// voice goes on, that one fades out over the first 5 ms. [640 × frames]
std::vector<float> RenderCodes(const FrameTables& tables, std::span<const FrameCodes> codes);

}  // namespace musicgen::compose
