// Where libsndfile writes to. For the writers' own sources: nobody else sees the library.
#pragma once

#include <sndfile.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <string>

namespace musicgen::audio {

// The library is C: an exception must wait until it has returned.
struct SndfileSink {
  std::function<void(uint64_t offset, const void* data, size_t bytes)> write_at;
  uint64_t position = 0;
  uint64_t size = 0;
  std::exception_ptr error;
};

// Writes into `bytes`, which grows; it must outlive the sink.
SndfileSink MemorySink(std::string& bytes);

// Opens a file of info.format on the sink; null when the library refuses.
SNDFILE* OpenSink(SndfileSink& sink, SF_INFO& info);

// What files keep of a text: at most 2000 bytes of whole UTF-8.
std::string CutText(std::string text);

// Sets a text field, cut; an empty text is left out.
void SetText(SNDFILE* file, int field, std::string text);

}  // namespace musicgen::audio
