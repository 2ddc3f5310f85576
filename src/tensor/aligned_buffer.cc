#include "tensor/aligned_buffer.h"

#include "base/error.h"
#include "base/memory.h"

namespace musicgen {

AlignedBuffer::AlignedBuffer(size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  data_ = AllocatePages(bytes, &mapped_bytes_);
  if (data_ == nullptr) {
    throw Error(ErrorCode::kOutOfMemory, StrCat("out of memory: ", bytes, " bytes wanted"));
  }
}

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr) FreePages(data_, mapped_bytes_);
}

}  // namespace musicgen
