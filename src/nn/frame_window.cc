#include "nn/frame_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "kernels/elementwise.h"

namespace musicgen::nn {

void FrameWindow::Slide(int64_t keep_from, int64_t known_end, int64_t end) {
  MG_CHECK_LE(begin_, keep_from);
  MG_CHECK_LE(known_end, end);
  const size_t kept =
      static_cast<size_t>(std::max<int64_t>(0, std::min(known_end, end_) - keep_from)) *
      static_cast<size_t>(channels_) * sizeof(float);
  const int64_t wanted = (end - keep_from) * channels_;
  if (wanted > floats_.capacity()) {
    FloatBuffer larger;
    larger.Reserve(wanted);
    if (kept > 0) std::memcpy(larger.data(), frame(keep_from), kept);
    std::swap(floats_, larger);
  } else if (kept > 0 && keep_from > begin_) {
    std::memmove(floats_.data(), frame(keep_from), kept);
  }
  begin_ = keep_from;
  end_ = end;
}

void FrameWindow::Fill(const Worker& worker, const float* x, Range frames, bool elu) {
  const Range share = worker.Split(frames.size());
  if (share.size() <= 0) return;
  float* to = frame(frames.begin + share.begin);
  const float* from = x + share.begin * channels_;
  const int64_t floats = share.size() * channels_;
  if (elu) {
    kernels::Elu(from, floats, to);
  } else {
    std::memcpy(to, from, static_cast<size_t>(floats) * sizeof(float));
  }
}

}  // namespace musicgen::nn
