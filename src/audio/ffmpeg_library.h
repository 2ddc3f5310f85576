// FFmpeg's libraries, opened when they are first needed: programs start without them, at once.
#pragma once

#include "audio/ffmpeg.h"

#define MUSICGEN_FFMPEG_UTIL_FUNCTIONS(F) \
  F(av_force_cpu_flags)                   \
  F(av_frame_alloc)                       \
  F(av_frame_free)                        \
  F(av_frame_unref)                       \
  F(av_free)                              \
  F(av_log_set_level)                     \
  F(av_malloc)                            \
  F(av_max_alloc)                         \
  F(av_strerror)
#define MUSICGEN_FFMPEG_CODEC_FUNCTIONS(F) \
  F(av_packet_alloc)                       \
  F(av_packet_free)                        \
  F(av_packet_unref)                       \
  F(avcodec_alloc_context3)                \
  F(avcodec_find_decoder)                  \
  F(avcodec_free_context)                  \
  F(avcodec_get_name)                      \
  F(avcodec_open2)                         \
  F(avcodec_parameters_to_context)         \
  F(avcodec_receive_frame)                 \
  F(avcodec_send_packet)
#define MUSICGEN_FFMPEG_FORMAT_FUNCTIONS(F) \
  F(av_find_input_format)                   \
  F(av_read_frame)                          \
  F(avformat_alloc_context)                 \
  F(avformat_close_input)                   \
  F(avformat_open_input)                    \
  F(avio_alloc_context)                     \
  F(avio_context_free)

namespace musicgen::audio {

struct FfmpegLibrary {
#define MUSICGEN_FFMPEG_MEMBER(name)     \
  using name##_type = decltype(&::name); \
  name##_type name = nullptr;
  MUSICGEN_FFMPEG_UTIL_FUNCTIONS(MUSICGEN_FFMPEG_MEMBER)
  MUSICGEN_FFMPEG_CODEC_FUNCTIONS(MUSICGEN_FFMPEG_MEMBER)
  MUSICGEN_FFMPEG_FORMAT_FUNCTIONS(MUSICGEN_FFMPEG_MEMBER)
#undef MUSICGEN_FFMPEG_MEMBER
};

// Those of the version this build was made for; null where one is missing, and with
// MUSICGEN_FFMPEG=0 in the environment. From any thread. Where
// the process had not brought them itself they are made silent and frugal, and compute the same on
// every processor.
const FfmpegLibrary* OpenFfmpeg();

}  // namespace musicgen::audio
