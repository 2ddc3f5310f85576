#include "gpu/transfer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "gpu/recorder.h"

namespace musicgen::gpu {

Uploader::Uploader(const Device& device, uint64_t buffer_bytes)
    : device_(device),
      arena_(device, MemoryKind::kUpload, buffer_bytes),
      buffer_(arena_.Allocate(buffer_bytes)) {}

void Uploader::Upload(std::span<const std::byte> from, const BufferRange& to) {
  MG_CHECK_LE(from.size(), to.bytes);
  for (uint64_t at = 0; at < from.size(); at += buffer_.bytes) {
    const uint64_t n = std::min<uint64_t>(buffer_.bytes, from.size() - at);
    std::memcpy(buffer_.host, from.data() + at, n);
    BufferRange source = buffer_, target = to;
    source.bytes = n;
    target.offset += at;
    target.bytes = n;
    Recorder recorder(device_);
    recorder.Copy(source, target);
    device_.Run(recorder.Finish().commands(), "copying weights");
  }
}

}  // namespace musicgen::gpu
