// Foreign sound, decoded in a child process that may do nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "musicgen/excerpt.hpp"
#include "musicgen/waveform.hpp"

namespace musicgen::serve {

struct UploadLimits {
  double sound_s = 600;             // of what is kept; ReadAudio itself keeps no more than 600
  uint64_t memory_bytes = 1 << 30;  // of the child
  double seconds = 30;              // of its life
};

// The program that runs DecodeUploadChild; another one in tests.
struct UploadDecoder {
  std::string program = "/proc/self/exe";
  std::vector<std::string> arguments = {"decode-upload"};
};

// The samples of DecodeAudio. Waits for the child: call it on a worker, on as many at once as there
// is memory for. The child opens no file and no socket (seccomp), and its decoders see nothing but
// `bytes`; what it says is distrusted. Throws Error(kBadInput) with a sentence that begins with
// `name`, of what is not sound, too long, too slow, or ends its decoder; Error(kFailure) where no
// child can be had.
Waveform DecodeUpload(std::string_view bytes, const std::string& name, const Excerpt& excerpt,
                      const UploadLimits& limits, const UploadDecoder& decoder = {});

// What the child runs, and the end of its process: the request on stdin, the answer on stdout
// (wire.h). The program's hidden subcommand `decode-upload`.
[[noreturn]] void DecodeUploadChild();

}  // namespace musicgen::serve
