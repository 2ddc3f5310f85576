// The beginnings of files for libsndfile: it sees these instead of what a file brings, so that the
// sizes are true and nothing is there but what it needs. Their ends, the sound, stay where they
// are. Sounds beyond 4 GiB are said to end there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace musicgen::audio {

constexpr uint32_t kAuMuLaw = 1;
constexpr uint32_t kAuALaw = 27;

std::string AuHeader(uint32_t encoding, uint64_t sample_rate_hz, uint64_t channels, bool big_endian,
                     uint64_t data_bytes);
// `format` is a WAV file's format chunk, little-endian.
std::string CodedWavHeader(std::string_view format, uint64_t data_bytes);
// `common` is the COMM chunk of an AIFF-C file.
std::string AiffHeader(std::string_view common, uint64_t data_bytes);
// The COMM chunk of so many packets of a coding ("ima4"), for 1 Hz and more.
std::string AiffCommon(std::string_view coding, uint64_t sample_rate_hz, uint64_t channels,
                       uint64_t packets);
// `description`, `cookie` and `packets` are the chunks desc, kuki and pakt of a CAF file; the
// latter may be empty.
std::string CafHeader(std::string_view description, std::string_view cookie,
                      std::string_view packets, uint64_t data_bytes);

}  // namespace musicgen::audio
