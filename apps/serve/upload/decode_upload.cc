#include "serve/upload/decode_upload.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "common/errors.h"
#include "serve/upload/child_process.h"
#include "serve/upload/wire.h"

namespace musicgen::serve {
namespace {

using common::BadInput;
using Clock = std::chrono::steady_clock;
using Heard = ChildProcess::Heard;

// As ReadAudio limits them; the child may be in foreign hands.
constexpr int64_t kMostSampleRate = 768000;
constexpr int64_t kMostChannels = 64;
constexpr int64_t kMostValues = int64_t{1} << 28;
constexpr uint64_t kMostSentenceBytes = 1000;
constexpr size_t kMostNameBytes = 200;

// A child that has closed its output is about to end.
constexpr std::chrono::seconds kToEnd(1);

void WriteAll(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(file.number(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      throw Error(ErrorCode::kFailure,
                  std::string("cannot pass an upload to its decoder: ") + std::strerror(errno));
    }
    bytes.remove_prefix(static_cast<size_t>(put));
  }
}

// A file in memory that nobody can change any more, so that the child can read it in place.
Descriptor RequestFile(std::string_view bytes, const std::string& name, const Excerpt& excerpt,
                       const UploadLimits& limits) {
  Descriptor file(memfd_create("upload", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.number() < 0) {
    throw Error(ErrorCode::kFailure,
                std::string("cannot pass an upload to its decoder: ") + std::strerror(errno));
  }
  const UploadRequest request = {excerpt.start_s,     excerpt.duration_s, limits.sound_s,
                                 limits.memory_bytes, limits.seconds,     name.size(),
                                 bytes.size()};
  WriteAll(file, {reinterpret_cast<const char*>(&request), sizeof request});
  WriteAll(file, name);
  WriteAll(file, bytes);
  fcntl(file.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return file;
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

// The dialogue with one child, and what becomes of it when that breaks off.
class Dialogue {
 public:
  Dialogue(const std::string& name, const UploadLimits& limits, ChildProcess& child)
      : name_(name),
        limits_(limits),
        child_(child),
        deadline_(Clock::now() +
                  std::chrono::duration_cast<Clock::duration>(
                      std::chrono::duration<double>(std::clamp(limits.seconds, 0.0, 86400.0)))) {}

  Waveform Answer() {
    UploadAnswer answer;
    Hear(&answer, sizeof answer);
    if (answer.mark != UploadAnswer::kMark) EndsDecoder();
    if (answer.error != 0) Complain(answer);
    if (answer.sample_rate_hz < 1 || answer.sample_rate_hz > kMostSampleRate ||
        answer.channels < 1 || answer.channels > kMostChannels || answer.samples < 1 ||
        answer.samples > kMostValues / answer.channels ||
        static_cast<double>(answer.samples) >
            limits_.sound_s * static_cast<double>(answer.sample_rate_hz)) {
      EndsDecoder();
    }
    Waveform sound(answer.sample_rate_hz, answer.channels, answer.samples);
    Hear(sound.values.data(), sound.values.size() * sizeof(float));
    for (const float value : sound.values) {
      if (!std::isfinite(value)) EndsDecoder();
    }
    return sound;
  }

 private:
  void Hear(void* data, size_t size) {
    const Heard heard = child_.Read(data, size, deadline_);
    if (heard == Heard::kLate) TakesLonger();
    if (heard == Heard::kEnd) BreaksOff();
  }

  [[noreturn]] void Complain(const UploadAnswer& answer) {
    std::string sentence(std::min(answer.sentence_bytes, kMostSentenceBytes), '\0');
    Hear(sentence.data(), sentence.size());
    const bool bad_input = answer.error == static_cast<int64_t>(ErrorCode::kBadInput);
    throw Error(bad_input ? ErrorCode::kBadInput : ErrorCode::kFailure, OneLine(sentence));
  }

  [[noreturn]] void BreaksOff() {
    const std::optional<int> status = child_.Wait(Clock::now() + kToEnd);
    if (status && WIFEXITED(*status)) {
      throw Error(ErrorCode::kFailure, "the decoder of uploads ended with status " +
                                           std::to_string(WEXITSTATUS(*status)) +
                                           " and without an answer");
    }
    if (status && WTERMSIG(*status) == SIGXCPU) TakesLonger();
    EndsDecoder();
  }

  [[noreturn]] void TakesLonger() const {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", limits_.seconds);
    BadInput(name_ + ": expected sound that is decoded within " + limit +
             " s, found one that takes longer");
  }

  [[noreturn]] void EndsDecoder() const {
    BadInput(name_ + ": expected a sound file, found one that its decoder does not survive");
  }

  const std::string& name_;
  const UploadLimits& limits_;
  ChildProcess& child_;
  const Deadline deadline_;
};

}  // namespace

Waveform DecodeUpload(std::string_view bytes, const std::string& name, const Excerpt& excerpt,
                      const UploadLimits& limits, const UploadDecoder& decoder) {
  const std::string shown = OneLine(name.substr(0, kMostNameBytes));
  const Descriptor request = RequestFile(bytes, shown, excerpt, limits);
  ChildProcess child(decoder.program, decoder.arguments, request);
  return Dialogue(shown, limits, child).Answer();
}

}  // namespace musicgen::serve
