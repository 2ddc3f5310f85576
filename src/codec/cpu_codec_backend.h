// The codec on the processor.
#pragma once

#include <cstdint>
#include <memory>

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "codec/codec_backend.h"

namespace musicgen::codec {

class CpuCodecBackend : public CodecBackend {
 public:
  // For sound of so many channels, decoded on this team. Both outlive the backend.
  CpuCodecBackend(const Codec& codec, int64_t channels, ThreadPool& pool)
      : codec_(codec), channels_(channels), pool_(pool) {}
  std::unique_ptr<CodecStream> NewStream() override;

 private:
  const Codec& codec_;
  const int64_t channels_;
  ThreadPool& pool_;
};

}  // namespace musicgen::codec
