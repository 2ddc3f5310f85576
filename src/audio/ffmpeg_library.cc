#include "audio/ffmpeg_library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

namespace musicgen::audio {
namespace {

// Of one piece of memory: the index of a day of AAC takes a third of it.
constexpr size_t kMostBytesAtOnce = size_t{256} << 20;

#if defined(__APPLE__)
#define MUSICGEN_FFMPEG_FILE(name, major) "lib" name "." AV_STRINGIFY(major) ".dylib"
#else
#define MUSICGEN_FFMPEG_FILE(name, major) "lib" name ".so." AV_STRINGIFY(major)
#endif
// What a struct holds changes with the major version.
constexpr const char* kUtil = MUSICGEN_FFMPEG_FILE("avutil", LIBAVUTIL_VERSION_MAJOR);
constexpr const char* kCodec = MUSICGEN_FFMPEG_FILE("avcodec", LIBAVCODEC_VERSION_MAJOR);
constexpr const char* kFormat = MUSICGEN_FFMPEG_FILE("avformat", LIBAVFORMAT_VERSION_MAJOR);

// Libraries are never closed: they may leave exit handlers behind.
void* Open(const char* file, int more = 0) { return dlopen(file, RTLD_NOW | RTLD_LOCAL | more); }

bool Find(FfmpegLibrary& found) {
  void* format = Open(kFormat);
  void* codec = format != nullptr ? Open(kCodec) : nullptr;
  void* util = codec != nullptr ? Open(kUtil) : nullptr;
  if (util == nullptr) return false;
  bool all = true;
#define MUSICGEN_FFMPEG_FIND(name)                                         \
  found.name = reinterpret_cast<decltype(&::name)>(dlsym(library, #name)); \
  all = all && found.name != nullptr;
  void* library = util;
  MUSICGEN_FFMPEG_UTIL_FUNCTIONS(MUSICGEN_FFMPEG_FIND)
  library = codec;
  MUSICGEN_FFMPEG_CODEC_FUNCTIONS(MUSICGEN_FFMPEG_FIND)
  library = format;
  MUSICGEN_FFMPEG_FORMAT_FUNCTIONS(MUSICGEN_FFMPEG_FIND)
#undef MUSICGEN_FFMPEG_FIND
  return all;
}

bool IsWanted() {
  const char* text = std::getenv("MUSICGEN_FFMPEG");
  return text == nullptr || std::string_view(text) != "0";
}

// Their settings belong to the whole process.
FfmpegLibrary* OpenOnce() {
  if (!IsWanted()) return nullptr;
  static FfmpegLibrary library;
  const bool is_ours = Open(kUtil, RTLD_NOLOAD) == nullptr;
  if (!Find(library)) return nullptr;
  if (is_ours) {
    library.av_log_set_level(AV_LOG_QUIET);
    library.av_max_alloc(kMostBytesAtOnce);
    library.av_force_cpu_flags(0);
  }
  return &library;
}

}  // namespace

const FfmpegLibrary* OpenFfmpeg() {
  static const FfmpegLibrary* const library = OpenOnce();
  return library;
}

}  // namespace musicgen::audio
