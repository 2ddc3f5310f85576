#include "separation/plane_blocks.h"

#include <algorithm>
#include <cstring>

namespace musicgen::separation {
namespace {

constexpr int64_t kProducts = int64_t{1} << 29;  // for each worker in one run: 20 ms or so

}  // namespace

std::vector<PlaneBlock> CutPlane(int64_t lines, int64_t length, int64_t rows) {
  std::vector<PlaneBlock> blocks;
  if (2 * length <= 3 * rows || lines > 1) {
    const int64_t each = std::max<int64_t>(1, rows / length);
    for (int64_t line = 0; line < lines; line += each) {
      blocks.push_back({{line, std::min(line + each, lines)}, {0, length}});
    }
    return blocks;
  }
  const int64_t count = (length + rows - 1) / rows;
  for (int64_t i = 0; i < count; ++i) {
    blocks.push_back({{0, 1}, {length * i / count, length * (i + 1) / count}});
  }
  return blocks;
}

void CopyPadded(const Plane& plane, const Plane* skip, Range lines, Range positions, int64_t pitch,
                float* to) {
  const int64_t channels = plane.channels;
  const auto zero = [&](float* at, int64_t rows) {
    if (rows > 0) std::memset(at, 0, static_cast<size_t>(rows * channels) * sizeof(float));
  };
  const int64_t begin = std::clamp<int64_t>(positions.begin, 0, plane.length);
  const int64_t end = std::clamp<int64_t>(positions.end, begin, plane.length);
  for (int64_t line = lines.begin; line < lines.end; ++line, to += pitch * channels) {
    // The last line has no other behind it.
    const int64_t rows = line + 1 < lines.end ? pitch : positions.size();
    if (line < 0 || line >= plane.lines) {
      zero(to, rows);
      continue;
    }
    float* at = to + (begin - positions.begin) * channels;
    const int64_t floats = (end - begin) * channels;
    zero(to, begin - positions.begin);
    const float* x = plane.row(line, begin);
    if (skip == nullptr) {
      std::memcpy(at, x, static_cast<size_t>(floats) * sizeof(float));
    } else {
      const float* y = skip->row(line, begin);
      for (int64_t i = 0; i < floats; ++i) at[i] = x[i] + y[i];
    }
    zero(at + floats, rows - (end - positions.begin));
  }
}

Plane BlockScratch::NewPlane(int64_t lines, int64_t length, int64_t channels) {
  const int64_t floats = lines * length * channels;
  auto best = free_.end();
  for (auto at = free_.begin(); at != free_.end(); ++at) {
    if (at->capacity() < floats) continue;
    if (best == free_.end() || at->capacity() < best->capacity()) best = at;
  }
  if (best == free_.end()) return {lines, length, channels};
  nn::FloatBuffer room = std::move(*best);
  free_.erase(best);
  return {lines, length, channels, std::move(room)};
}

bool RunItems(ThreadPool& team, int64_t count, int64_t products, const std::atomic<bool>* stop,
              const std::function<void(const Worker& worker, int64_t item)>& body) {
  const int64_t each =
      team.size() * std::max<int64_t>(1, kProducts / std::max<int64_t>(1, products));
  for (int64_t begin = 0; begin < count; begin += each) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return false;
    const int64_t end = std::min(begin + each, count);
    // Whoever is free takes the next one: a thread may have a processor to share.
    std::atomic<int64_t> next = begin;
    team.Run([&](Worker& worker) {
      for (int64_t i = next.fetch_add(1, std::memory_order_relaxed); i < end;
           i = next.fetch_add(1, std::memory_order_relaxed)) {
        body(worker, i);
      }
    });
  }
  return true;
}

}  // namespace musicgen::separation
