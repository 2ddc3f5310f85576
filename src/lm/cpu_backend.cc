#include "lm/cpu_backend.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "base/memory.h"
#include "lm/column_drawer.h"

namespace musicgen::lm {
namespace {

class CpuNetwork : public Network {
 public:
  CpuNetwork(const Transformer& transformer, ThreadPool& pool)
      : transformer_(transformer),
        pool_(pool),
        drawer_(transformer.config().codebooks, transformer.config().codebook_size, pool) {}

  const LmConfig& config() const override { return transformer_.config(); }

  CacheHandle NewCache(int64_t positions) override {
    return std::make_unique<Held>(transformer_.NewCache(positions), positions);
  }
  CacheHandle Clone(const Cache& cache, int64_t positions) override {
    const CrossCache& held = Of(cache);
    return std::make_unique<Held>(held.cache.Clone(positions), held.rows);
  }
  uint64_t CacheBytes(int64_t positions) const override {
    return transformer_.CacheBytes(positions);
  }
  uint64_t AvailableBytes() const override { return AvailableMemoryBytes(); }

  void PassCross(const float* conditions, Range rows, Cache& cross) override {
    transformer_.PassCross(pool_, conditions, rows, static_cast<Held&>(cross).held);
  }
  void Forward(std::span<const Row> rows) override {
    Pass(rows, /*apart=*/false);
    Pass(rows, /*apart=*/true);
  }

  void Enqueue(std::span<const Row> rows, std::span<const Draw> draws) override {
    const LmConfig& sizes = config();
    const size_t outputs = static_cast<size_t>(sizes.codebooks * sizes.codebook_size);
    size_t reading = 0;
    for (const Draw& draw : draws) reading = std::max(reading, draw.row + draw.branches);
    logits_.resize(std::max(logits_.size(), reading * outputs));
    std::vector<Row> read(rows.begin(), rows.end());
    for (size_t i = 0; i < reading; ++i) read[i].logits = logits_.data() + i * outputs;
    std::vector<int32_t> codes(draws.size() * static_cast<size_t>(sizes.codebooks));
    Forward(read);
    clock().Start();
    drawer_.Draw(draws, logits_.data(), codes.data());
    clock().Note(StepStage::kSampling);
    drawn_.push_back(std::move(codes));
  }
  std::optional<std::vector<int32_t>> TakeDrawn(bool /*wait*/) override {
    std::vector<int32_t> codes = std::move(drawn_.front());
    drawn_.pop_front();
    return codes;
  }
  void DropDrawn() noexcept override { drawn_.clear(); }
  size_t run_ahead() const override { return 0; }

  StageBytes StageWeightBytes() const override { return transformer_.StageWeightBytes(); }
  uint64_t CacheBytesPerPosition() const override { return transformer_.CacheBytesPerPosition(); }
  StageClock& clock() override { return scratch_.clock; }

 private:
  struct Held : Cache {
    Held(nn::KvCache cache, int64_t rows) : held{std::move(cache), rows} {}
    CrossCache held;
  };
  void Pass(std::span<const Row> rows, bool apart) {
    rows_.clear();
    for (const Row& row : rows) {
      if (row.apart != apart) continue;
      TransformerRow& to = rows_.emplace_back();
      to.cache = &static_cast<Held*>(row.cache)->held.cache;
      to.cross = row.cross != nullptr ? &Of(*row.cross) : nullptr;
      to.position = row.position;
      to.tokens = row.tokens;
      to.token_stride = row.token_stride;
      to.vector = row.vector;
      to.logits = row.logits;
    }
    transformer_.Forward(pool_, rows_, scratch_);
  }
  static const CrossCache& Of(const Cache& cache) { return static_cast<const Held&>(cache).held; }

  const Transformer& transformer_;
  ThreadPool& pool_;
  Transformer::Scratch scratch_;
  std::vector<TransformerRow> rows_;
  ColumnDrawer drawer_;
  std::vector<float> logits_;  // of the rows that are drawn from
  std::deque<std::vector<int32_t>> drawn_;
};

}  // namespace

CpuBackend::CpuBackend(const Transformer& transformer, ThreadPool& pool)
    : NetworkBackend(std::make_unique<CpuNetwork>(transformer, pool)) {}

}  // namespace musicgen::lm
