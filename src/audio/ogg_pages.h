// Ogg streams carry a serial number that the library draws from the time of day. With one of our
// own the same sound gives the same bytes.
#pragma once

#include <cstdint>
#include <string>

namespace musicgen::audio {

// Gives every page of a well-formed Ogg file this serial number and a new checksum.
void SetOggSerial(std::string& bytes, uint32_t serial);

}  // namespace musicgen::audio
