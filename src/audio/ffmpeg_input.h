// A file in memory as FFmpeg's demuxers see it, and its sound track.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "audio/ffmpeg_library.h"
#include "audio/sound_kind.h"

namespace musicgen::audio {

// Throws Error(kBadInput) with what FFmpeg has against a file of this kind. A file may claim to
// need more memory than there is, so that too is one.
[[noreturn]] void ThrowFfmpegError(const FfmpegLibrary& library, const std::string& where,
                                   const FfmpegKind& kind, int error);

class FfmpegInput {
 public:
  // Sees `bytes` alone, which stay the caller's: another file or address that they name is not
  // opened. `where` begins the messages of Error(kBadInput).
  FfmpegInput(const FfmpegLibrary& library, const FfmpegKind& kind, std::string_view bytes,
              const std::string& where);
  ~FfmpegInput();
  FfmpegInput(const FfmpegInput&) = delete;
  FfmpegInput& operator=(const FfmpegInput&) = delete;

  // The track that players take: marked as default, else the first. Throws where there is none.
  const AVStream& track() const;
  // Its next packet; false at the end, or where damage ends the file.
  bool Read(AVPacket& packet);

 private:
  struct Source {
    std::string_view bytes;
    int64_t position = 0;
    int64_t left = 0;  // bytes that may still be asked for
  };
  static int ReadSome(void* opaque, uint8_t* to, int size);
  static int64_t Seek(void* opaque, int64_t offset, int whence);
  void Close();
  void ChooseTrack();

  const FfmpegLibrary& library_;
  const std::string where_;
  const FfmpegKind kind_;
  Source source_;
  AVIOContext* io_ = nullptr;
  AVFormatContext* format_ = nullptr;
  const AVStream* track_ = nullptr;
};

}  // namespace musicgen::audio
