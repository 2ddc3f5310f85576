#include "audio/mp3_decoder.h"

#include <mpg123.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "audio/interleaved.h"
#include "base/error.h"

namespace musicgen::audio {
namespace {

constexpr size_t kFeedBytes = 1 << 14;
constexpr size_t kBlockValues = 1 << 14;

using Handle = std::unique_ptr<mpg123_handle, decltype(&mpg123_delete)>;

Handle Open() {
  mpg123_init();
  Handle handle(mpg123_new(nullptr, nullptr), mpg123_delete);
  if (handle == nullptr) ThrowFailure("cannot start the MP3 decoder");
  mpg123_param(handle.get(), MPG123_ADD_FLAGS,
               MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_SKIP_ID3V2, 0);
  // A stream of junk is no MP3 file.
  mpg123_param(handle.get(), MPG123_RESYNC_LIMIT, 1 << 16, 0);
  mpg123_open_feed(handle.get());
  return handle;
}

}  // namespace

void DecodeMp3(std::string_view bytes, Interleaved& sound) {
  const Handle handle = Open();
  std::vector<float> block(kBlockValues);
  while (!sound.full()) {
    size_t done = 0;
    const int result = mpg123_read(handle.get(), block.data(), block.size() * sizeof(float), &done);
    sound.Append({block.data(), done / sizeof(float)});
    if (result == MPG123_NEW_FORMAT) {
      long rate = 0;
      int channels = 0, encoding = 0;
      mpg123_getformat(handle.get(), &rate, &channels, &encoding);
      sound.SetFormat(rate, channels);
    } else if (result == MPG123_NEED_MORE && !bytes.empty()) {
      const std::string_view piece = bytes.substr(0, kFeedBytes);
      mpg123_feed(handle.get(), reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
      bytes.remove_prefix(piece.size());
    } else if (result == MPG123_ERR && sound.empty()) {
      ThrowBadInput(sound.where(),
                    ": cannot read the MP3 file: ", Printable(mpg123_strerror(handle.get()), 200));
    } else if (result != MPG123_OK) {
      return;  // the end, or damage that leaves what came before it
    }
  }
}

}  // namespace musicgen::audio
