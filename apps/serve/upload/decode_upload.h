// Foreign sound, decoded in a child process that may do nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "musicgen/excerpt.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::serve {

struct UploadLimits {
  double sound_s = 600;             // of what is decoded
  uint64_t memory_bytes = 1 << 30;  // of the child
  double seconds = 30;              // of its life
};

// Waits for the child: call it on a worker. The child opens no file and no socket (seccomp), and
// its decoders see nothing but `bytes`. Throws Error(kBadInput) with a sentence that begins with
// `name`, of what is not sound, too long, or kills its decoder.
Waveform DecodeUpload(std::string_view bytes, const std::string& name, const Excerpt& excerpt,
                      const UploadLimits& limits);

// What the child runs: sound on stdin, samples on stdout. The program's hidden subcommand
// `decode-upload`.
int DecodeUploadChild();

}  // namespace musicgen::serve
