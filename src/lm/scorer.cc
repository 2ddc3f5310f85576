#include "lm/scorer.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace musicgen::lm {
namespace {

constexpr int64_t kChunkRows = 64;

}  // namespace

std::vector<float> TeacherForcedLogits(Network& network, const CodebookPattern& pattern,
                                       const Codes& codes, const Branch& branch) {
  const LmConfig& config = network.config();
  MG_CHECK_EQ(codes.frames, pattern.frames());
  const int64_t books = config.codebooks, size = config.codebook_size, frames = codes.frames;
  const Codes sequence = pattern.Build(codes, config.special_token(), config.special_token());
  const ConditionRows& prefix = branch.prefix;
  const int64_t cross_rows = branch.cross.rows;
  Network::CacheHandle cross;
  if (cross_rows > 0) {
    cross = network.NewCache(cross_rows);
    network.PassCross(branch.cross.values.data(), {0, cross_rows}, *cross);
  }
  // The last column predicts nothing.
  const int64_t total = prefix.rows + pattern.steps() - 1;
  const Network::CacheHandle cache = network.NewCache(total);

  std::vector<float> out(static_cast<size_t>(books * frames * size));
  std::vector<float> chunk_logits(static_cast<size_t>(kChunkRows * books * size));
  for (int64_t begin = 0; begin < total; begin += kChunkRows) {
    const int64_t end = std::min(begin + kChunkRows, total);
    std::vector<Network::Row> rows;
    for (int64_t p = begin; p < end; ++p) {
      Network::Row row;
      row.cache = cache.get();
      row.cross = cross.get();
      row.cross_rows = cross_rows;
      row.position = p;
      if (p < prefix.rows) {
        row.vector = prefix.values.data() + p * prefix.width;
      } else {
        row.tokens = sequence.values.data() + (p - prefix.rows);
        row.token_stride = sequence.frames;
        row.logits = chunk_logits.data() + (p - begin) * books * size;
      }
      rows.push_back(row);
    }
    network.Forward(rows);
    for (int64_t p = std::max(begin, prefix.rows); p < end; ++p) {
      const int64_t step = p - prefix.rows + 1;  // the column that this position predicts
      for (int64_t k = 0; k < books; ++k) {
        const int64_t t = pattern.FrameAt(k, step);
        if (t < 0) continue;
        const float* from = chunk_logits.data() + ((p - begin) * books + k) * size;
        std::copy(from, from + size, out.data() + (k * frames + t) * size);
      }
    }
  }
  return out;
}

std::vector<double> CrossEntropy(const std::vector<float>& logits, const Codes& codes,
                                 int64_t codebook_size) {
  std::vector<double> means;
  for (int64_t k = 0; k < codes.codebooks; ++k) {
    double sum = 0.0;
    for (int64_t t = 0; t < codes.frames; ++t) {
      const float* row = logits.data() + (k * codes.frames + t) * codebook_size;
      const double top = *std::max_element(row, row + codebook_size);
      double total = 0.0;
      for (int64_t i = 0; i < codebook_size; ++i) total += std::exp(row[i] - top);
      sum += top + std::log(total) - row[codes.at(k, t)];
    }
    means.push_back(sum / static_cast<double>(codes.frames));
  }
  return means;
}

}  // namespace musicgen::lm
