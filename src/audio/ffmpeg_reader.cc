#include "audio/ffmpeg_reader.h"

#include <algorithm>
#include <memory>
#include <new>

#include "audio/ffmpeg_frames.h"
#include "audio/ffmpeg_input.h"
#include "base/check.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

// Packets behind one another that cannot be decoded: more, and the file ends there.
constexpr int kMostDamaged = 1000;

constexpr AVCodecID kCodings[] = {
    AV_CODEC_ID_AAC,     AV_CODEC_ID_AAC_LATM,     AV_CODEC_ID_ALAC,
    AV_CODEC_ID_OPUS,    AV_CODEC_ID_VORBIS,       AV_CODEC_ID_FLAC,
    AV_CODEC_ID_MP3,     AV_CODEC_ID_MP2,          AV_CODEC_ID_MP1,
    AV_CODEC_ID_AC3,     AV_CODEC_ID_EAC3,         AV_CODEC_ID_DTS,
    AV_CODEC_ID_AMR_NB,  AV_CODEC_ID_AMR_WB,       AV_CODEC_ID_WMAV1,
    AV_CODEC_ID_WMAV2,   AV_CODEC_ID_WMAPRO,       AV_CODEC_ID_WMALOSSLESS,
    AV_CODEC_ID_WAVPACK, AV_CODEC_ID_ADPCM_IMA_QT, AV_CODEC_ID_ADPCM_IMA_WAV,
    AV_CODEC_ID_ADPCM_MS};

bool IsPcm(AVCodecID id) { return id >= AV_CODEC_ID_FIRST_AUDIO && id < AV_CODEC_ID_ADPCM_IMA_QT; }

class Decoder {
 public:
  Decoder(const FfmpegLibrary& library, const AVStream& track, const std::string& where,
          const FfmpegKind& kind)
      : library_(library), where_(where), kind_(kind) {
    const AVCodecID id = track.codecpar->codec_id;
    const bool is_known = IsPcm(id) || std::ranges::count(kCodings, id) > 0;
    const AVCodec* codec = is_known ? library_.avcodec_find_decoder(id) : nullptr;
    if (codec == nullptr) {
      ThrowBadInput(where,
                    ": expected a sound track in AAC, Apple Lossless, Opus, Vorbis or another "
                    "coding that is read, found ",
                    Printable(library_.avcodec_get_name(id)));
    }
    context_ = library_.avcodec_alloc_context3(codec);
    if (context_ == nullptr) throw std::bad_alloc();
    int error = library_.avcodec_parameters_to_context(context_, track.codecpar);
    context_->pkt_timebase = track.time_base;  // without it nothing is skipped
    context_->thread_count = 1;
    context_->flags |= AV_CODEC_FLAG_BITEXACT;
    if (error >= 0) error = library_.avcodec_open2(context_, codec, nullptr);
    if (error >= 0) return;
    library_.avcodec_free_context(&context_);
    ThrowFfmpegError(library_, where_, kind_, error);
  }
  ~Decoder() { library_.avcodec_free_context(&context_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // A packet's frames, or without one those that the decoder still holds. False: damaged.
  bool Decode(const AVPacket* packet, AVFrame& frame, FfmpegFrames& frames) {
    const bool is_taken = Passed(library_.avcodec_send_packet(context_, packet));
    while (true) {
      const int error = library_.avcodec_receive_frame(context_, &frame);
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return is_taken;
      if (!Passed(error)) return false;
      frames.Append(frame);
      library_.av_frame_unref(&frame);
    }
  }

 private:
  bool Passed(int error) const {
    if (error == AVERROR(ENOMEM)) ThrowFfmpegError(library_, where_, kind_, error);
    return error >= 0;
  }

  const FfmpegLibrary& library_;
  const std::string& where_;
  const FfmpegKind& kind_;
  AVCodecContext* context_ = nullptr;
};

double DurationS(const AVStream& track) {
  if (track.duration <= 0 || track.time_base.num <= 0 || track.time_base.den <= 0) return 0;
  return static_cast<double>(track.duration) * track.time_base.num / track.time_base.den;
}

}  // namespace

bool HasFfmpeg() { return OpenFfmpeg() != nullptr; }

void DecodeWithFfmpeg(const FfmpegKind& kind, std::string_view bytes, Interleaved& sound) {
  const FfmpegLibrary* library = OpenFfmpeg();
  MG_CHECK(library != nullptr);
  FfmpegInput input(*library, kind, bytes, sound.where());
  Decoder decoder(*library, input.track(), sound.where(), kind);
  const auto free_packet = [library](AVPacket* packet) { library->av_packet_free(&packet); };
  const auto free_frame = [library](AVFrame* frame) { library->av_frame_free(&frame); };
  const std::unique_ptr<AVPacket, decltype(free_packet)> packet(library->av_packet_alloc(),
                                                                free_packet);
  const std::unique_ptr<AVFrame, decltype(free_frame)> frame(library->av_frame_alloc(), free_frame);
  if (packet == nullptr || frame == nullptr) throw std::bad_alloc();

  FfmpegFrames frames(sound, DurationS(input.track()));
  for (int damaged = 0; damaged <= kMostDamaged && input.Read(*packet);) {
    damaged = decoder.Decode(packet.get(), *frame, frames) ? 0 : damaged + 1;
    if (sound.full()) return;
  }
  decoder.Decode(nullptr, *frame, frames);
  frames.Finish();
}

}  // namespace musicgen::audio
