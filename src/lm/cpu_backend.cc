#include "lm/cpu_backend.h"

#include <utility>
#include <vector>

#include "base/memory.h"

namespace musicgen::lm {
namespace {

class CpuNetwork : public Network {
 public:
  CpuNetwork(const Transformer& transformer, ThreadPool& pool)
      : transformer_(transformer), pool_(pool) {}

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
    rows_.clear();
    for (const Row& row : rows) {
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

  StageBytes StageWeightBytes() const override { return transformer_.StageWeightBytes(); }
  uint64_t CacheBytesPerPosition() const override { return transformer_.CacheBytesPerPosition(); }
  StageClock& clock() override { return scratch_.clock; }

 private:
  struct Held : Cache {
    Held(nn::KvCache cache, int64_t rows) : held{std::move(cache), rows} {}
    CrossCache held;
  };
  static const CrossCache& Of(const Cache& cache) { return static_cast<const Held&>(cache).held; }

  const Transformer& transformer_;
  ThreadPool& pool_;
  Transformer::Scratch scratch_;
  std::vector<TransformerRow> rows_;
};

}  // namespace

CpuBackend::CpuBackend(const Transformer& transformer, ThreadPool& pool)
    : NetworkBackend(std::make_unique<CpuNetwork>(transformer, pool), pool) {}

}  // namespace musicgen::lm
