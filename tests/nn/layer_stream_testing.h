// Runs a layer over a signal in chunks, for the tests of layers over time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "base/thread_pool.h"
#include "nn/layer_stream.h"

namespace musicgen::nn {

inline std::vector<float> RandomFloats(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

// Feeds x [sum of chunks, in] in those chunks, the last of them ending the signal. With `prompt`,
// how many frames had come out before the last chunk.
inline std::vector<float> RunInChunks(LayerStream& stream, const Layer& layer, ThreadPool& pool,
                                      const std::vector<float>& x,
                                      const std::vector<int64_t>& chunks,
                                      int64_t* prompt = nullptr) {
  std::vector<float> result;
  FloatBuffer out;
  int64_t fed = 0;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const bool last = i + 1 == chunks.size();
    if (last && prompt != nullptr) {
      *prompt = static_cast<int64_t>(result.size()) / layer.out_channels();
    }
    const int64_t frames = stream.Begin(chunks[i], last, &out);
    const float* y = nullptr;
    pool.Run([&](Worker& worker) {
      const float* mine = stream.Run(worker, x.data() + fed * layer.in_channels(), out.data());
      if (worker.index() == 0) y = mine;
    });
    result.insert(result.end(), y, y + frames * layer.out_channels());
    fed += chunks[i];
  }
  return result;
}

inline std::vector<float> RunInChunks(const Layer& layer, int threads, const std::vector<float>& x,
                                      const std::vector<int64_t>& chunks) {
  ThreadPool pool(threads);
  const auto stream = layer.NewStream();
  return RunInChunks(*stream, layer, pool, x, chunks);
}

// `frames` cut into chunks of 0 to `most` frames.
inline std::vector<int64_t> RandomChunks(int64_t frames, int64_t most, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int64_t> chunks;
  while (frames > 0) {
    chunks.push_back(std::min<int64_t>(frames, random() % static_cast<uint32_t>(most + 1)));
    frames -= chunks.back();
  }
  if (seed % 2 == 0) chunks.push_back(0);  // the end announced on its own
  return chunks;
}

}  // namespace musicgen::nn
