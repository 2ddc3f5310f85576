#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "common/errors.h"
#include "musicgen/sounds.hpp"
#include "serve/upload/decode_upload.h"
#include "serve/upload/sandbox.h"
#include "serve/upload/wire.h"

namespace musicgen::serve {
namespace {

void Put(const void* data, size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = write(STDOUT_FILENO, from, size);
    if (put <= 0) _exit(1);  // nobody listens any more
    from += put;
    size -= static_cast<size_t>(put);
  }
}

void PutError(ErrorCode code, const std::string& sentence) {
  UploadAnswer answer = {};
  answer.mark = UploadAnswer::kMark;
  answer.error = static_cast<int64_t>(code);
  answer.sentence_bytes = sentence.size();
  Put(&answer, sizeof answer);
  Put(sentence.data(), sentence.size());
}

void PutSound(const Waveform& sound) {
  UploadAnswer answer = {};
  answer.mark = UploadAnswer::kMark;
  answer.sample_rate_hz = sound.sample_rate_hz;
  answer.channels = sound.channels;
  answer.samples = sound.samples;
  Put(&answer, sizeof answer);
  Put(sound.values.data(), sound.values.size() * sizeof(float));
}

// What stdin holds, in place.
std::string_view MapInput() {
  struct stat status = {};
  if (fstat(STDIN_FILENO, &status) == 0 && status.st_size > 0) {
    const auto size = static_cast<size_t>(status.st_size);
    void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    if (data != MAP_FAILED) return {static_cast<const char*>(data), size};
  }
  common::BadInput("decode-upload: expected to be started by the server, with a sound on stdin");
}

// Decodes a second more than may be kept, to know that there is more.
Waveform DecodeWithin(std::string_view sound, const std::string& name,
                      const UploadRequest& request) {
  Excerpt excerpt = {request.start_s, request.duration_s};
  if (!(excerpt.duration_s > 0 && excerpt.duration_s <= request.sound_s)) {
    excerpt.duration_s = request.sound_s + 1;
  }
  Waveform wave = DecodeAudio(sound.data(), sound.size(), name, excerpt);
  if (wave.duration_s() > request.sound_s) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", request.sound_s);
    common::BadInput(name + ": expected at most " + limit + " s of sound, found more");
  }
  return wave;
}

void Answer(std::string_view input) {
  UploadRequest request;
  if (input.size() < sizeof request) common::BadInput("decode-upload: expected a whole request");
  std::memcpy(&request, input.data(), sizeof request);
  input.remove_prefix(sizeof request);
  const std::string name(input.substr(0, request.name_bytes));
  input.remove_prefix(name.size());
  LoadDecoder(input.data(), input.size());
  EnterSandbox({request.memory_bytes, static_cast<uint64_t>(std::ceil(request.seconds))});
  try {
    PutSound(DecodeWithin(input, name, request));
    return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kOutOfMemory) throw;
  } catch (const std::bad_alloc&) {
  }
  common::BadInput(name + ": expected sound that is decoded in " +
                   std::to_string(request.memory_bytes >> 20) +
                   " MiB of memory, found one that takes more");
}

}  // namespace

void DecodeUploadChild() {
  try {
    Answer(MapInput());
  } catch (const Error& error) {
    PutError(error.code(), error.what());
  } catch (const std::exception& error) {
    PutError(ErrorCode::kFailure, error.what());
  }
  _exit(0);  // without the program's destructors, which know nothing of the sandbox
}

}  // namespace musicgen::serve
