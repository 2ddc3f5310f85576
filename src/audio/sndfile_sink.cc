#include "audio/sndfile_sink.h"

#include <algorithm>
#include <cstdio>

namespace musicgen::audio {
namespace {

constexpr size_t kMostTextBytes = 2000;  // the same library reads no text of 2048 bytes or more

SndfileSink& Sink(void* sink) { return *static_cast<SndfileSink*>(sink); }

sf_count_t SinkSize(void* sink) { return static_cast<sf_count_t>(Sink(sink).size); }

sf_count_t SinkTell(void* sink) { return static_cast<sf_count_t>(Sink(sink).position); }

sf_count_t SinkSeek(sf_count_t offset, int whence, void* opaque) {
  SndfileSink& sink = Sink(opaque);
  const uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? sink.position : sink.size;
  sink.position = base + static_cast<uint64_t>(offset);
  return static_cast<sf_count_t>(sink.position);
}

sf_count_t SinkRead(void*, sf_count_t, void*) { return 0; }

sf_count_t SinkWrite(const void* data, sf_count_t bytes, void* opaque) {
  SndfileSink& sink = Sink(opaque);
  if (sink.error) return 0;
  try {
    sink.write_at(sink.position, data, static_cast<size_t>(bytes));
  } catch (...) {
    sink.error = std::current_exception();
    return 0;
  }
  sink.position += static_cast<uint64_t>(bytes);
  sink.size = std::max(sink.size, sink.position);
  return bytes;
}

}  // namespace

SndfileSink MemorySink(std::string& bytes) {
  SndfileSink sink;
  sink.write_at = [&bytes](uint64_t offset, const void* data, size_t count) {
    if (bytes.size() < offset + count) bytes.resize(offset + count);
    std::copy_n(static_cast<const char*>(data), count, bytes.data() + offset);
  };
  return sink;
}

SNDFILE* OpenSink(SndfileSink& sink, SF_INFO& info) {
  SF_VIRTUAL_IO io = {SinkSize, SinkSeek, SinkRead, SinkWrite, SinkTell};
  return sf_open_virtual(&io, SFM_WRITE, &info, &sink);
}

std::string CutText(std::string text) {
  if (text.size() > kMostTextBytes) {
    size_t cut = kMostTextBytes;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    text.resize(cut);
  }
  return text;
}

void SetText(SNDFILE* file, int field, std::string text) {
  text = CutText(std::move(text));
  if (!text.empty()) sf_set_string(file, field, text.c_str());
}

}  // namespace musicgen::audio
