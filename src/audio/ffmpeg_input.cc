#include "audio/ffmpeg_input.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr int kBufferBytes = 8192;
constexpr int kMostTracks = 64;

// How much a demuxer may ask for, all seeks together; one that goes round in circles is told that
// the file has ended.
constexpr int64_t kSpareBytes = int64_t{64} << 20;
constexpr int64_t kReadings = 16;

int RefuseToOpen(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

}  // namespace

void ThrowFfmpegError(const FfmpegLibrary& library, const std::string& where,
                      const FfmpegKind& kind, int error) {
  char words[AV_ERROR_MAX_STRING_SIZE] = {};
  library.av_strerror(error, words, sizeof words);
  ThrowBadInput(where, ": cannot read ", kind.name, " with FFmpeg: ", Printable(words, 200));
}

int FfmpegInput::ReadSome(void* opaque, uint8_t* to, int size) {
  Source& source = *static_cast<Source*>(opaque);
  const auto n = std::min<int64_t>(
      {static_cast<int64_t>(source.bytes.size()) - source.position, size, source.left});
  if (n <= 0) return AVERROR_EOF;
  std::memcpy(to, source.bytes.data() + source.position, static_cast<size_t>(n));
  source.position += n;
  source.left -= n;
  return static_cast<int>(n);
}

int64_t FfmpegInput::Seek(void* opaque, int64_t offset, int whence) {
  Source& source = *static_cast<Source*>(opaque);
  const auto size = static_cast<int64_t>(source.bytes.size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  whence &= ~AVSEEK_FORCE;
  const int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? source.position : size;
  if (offset < -base || offset > size - base) return AVERROR(EINVAL);
  return source.position = base + offset;
}

FfmpegInput::FfmpegInput(const FfmpegLibrary& library, const FfmpegKind& kind,
                         std::string_view bytes, const std::string& where)
    : library_(library), where_(where), kind_(kind) {
  source_.bytes = bytes;
  source_.left = kSpareBytes + kReadings * static_cast<int64_t>(bytes.size());
  const AVInputFormat* demuxer = library_.av_find_input_format(kind.demuxer.c_str());
  if (demuxer == nullptr)
    ThrowBadInput(where_, ": FFmpeg's libraries here cannot read this kind of file");
  auto* buffer = static_cast<uint8_t*>(library_.av_malloc(kBufferBytes));
  if (buffer == nullptr) throw std::bad_alloc();
  io_ = library_.avio_alloc_context(buffer, kBufferBytes, 0, &source_, ReadSome, nullptr, Seek);
  if (io_ == nullptr) library_.av_free(buffer);
  format_ = library_.avformat_alloc_context();
  if (io_ == nullptr || format_ == nullptr) {
    Close();
    throw std::bad_alloc();
  }
  format_->pb = io_;
  format_->io_open = RefuseToOpen;
  format_->max_streams = kMostTracks;
  const int error =
      library_.avformat_open_input(&format_, "", demuxer, nullptr);  // frees it if it fails
  if (error < 0) {
    Close();
    ThrowFfmpegError(library_, where_, kind_, error);
  }
  ChooseTrack();
}

FfmpegInput::~FfmpegInput() { Close(); }

void FfmpegInput::Close() {
  if (format_ != nullptr) library_.avformat_close_input(&format_);
  if (io_ == nullptr) return;
  library_.av_free(io_->buffer);  // not always the one it began with
  library_.avio_context_free(&io_);
}

void FfmpegInput::ChooseTrack() {
  const auto is_default = [](const AVStream* stream) {
    return (stream->disposition & AV_DISPOSITION_DEFAULT) != 0;
  };
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream* stream = format_->streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    if (track_ == nullptr || (is_default(stream) && !is_default(track_))) track_ = stream;
  }
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* stream = format_->streams[i];
    stream->discard = stream == track_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

const AVStream& FfmpegInput::track() const {
  if (track_ == nullptr)
    ThrowBadInput(where_, ": expected a sound track, found none in ", kind_.name);
  return *track_;
}

bool FfmpegInput::Read(AVPacket& packet) {
  while (true) {
    library_.av_packet_unref(&packet);
    const int error = library_.av_read_frame(format_, &packet);
    if (error == AVERROR(ENOMEM)) ThrowFfmpegError(library_, where_, kind_, error);
    if (error < 0) return false;
    if (packet.stream_index == track_->index) return true;
  }
}

}  // namespace musicgen::audio
