#include "lm/gpu_network.h"

#include <algorithm>
#include <utility>

#include "gpu/recorder.h"

namespace musicgen::lm {
namespace {

// Eight guided streams of 30 s, with their conditions and a score beside them.
constexpr int64_t kMostPages = 512;
// Of the pages, what streams are not promised: their conditions' and a score's.
constexpr int64_t kSharePages = 8;
// Steps under way: they hide what the host does between two, and what it is told late.
constexpr size_t kRunAhead = 4, kRunAheadOfIntegrated = 1;

const std::vector<uint32_t>& PagesIn(const Network::Cache& cache) {
  return static_cast<const GpuPages::Cache&>(cache).pages();
}

}  // namespace

GpuNetwork::GpuNetwork(std::shared_ptr<const gpu::Device> device, ThreadPool& pool,
                       const LmConfig& config, const checkpoint::TensorSource& source,
                       const std::string& prefix, Formats formats)
    : device_(std::move(device)),
      config_(config),
      weights_(*device_, pool, config, source, prefix, formats.weights),
      pages_(std::make_shared<GpuPages>(device_, config, formats.cache, kMostPages)),
      step_(*device_, config, weights_, *pages_, formats),
      passes_(*device_, config, step_) {}

size_t GpuNetwork::run_ahead() const {
  return device_->info().kind == gpu::DeviceKind::kIntegrated ? kRunAheadOfIntegrated : kRunAhead;
}

Network::CacheHandle GpuNetwork::NewCache(int64_t positions) { return pages_->Take(positions); }

Network::CacheHandle GpuNetwork::Clone(const Cache& cache, int64_t positions) {
  const std::vector<uint32_t>& from = PagesIn(cache);
  auto clone = pages_->Take(static_cast<int64_t>(from.size()) * gpu::kPagePositions);
  gpu::Recorder recorder(*device_);
  for (int64_t i = 0; i < config_.layers; ++i) {
    const gpu::KeyValuePages& layer = pages_->layer(i);
    for (size_t p = 0; p < static_cast<size_t>(PagesOf(positions)); ++p) {
      for (const gpu::BufferRange& range : {layer.keys, layer.values}) {
        recorder.Copy(pages_->Page(range, from[p]), pages_->Page(range, clone->pages()[p]));
      }
    }
  }
  device_->Run(recorder.Finish().commands(), "copying keys and values");
  return clone;
}

uint64_t GpuNetwork::CacheBytes(int64_t positions) const {
  return static_cast<uint64_t>(PagesOf(positions)) * pages_->page_bytes();
}

uint64_t GpuNetwork::AvailableBytes() const {
  const int64_t pages = std::max<int64_t>(pages_->free_pages() - pages_->pages() / kSharePages, 1);
  return static_cast<uint64_t>(pages) * pages_->page_bytes();
}

uint64_t GpuNetwork::CacheBytesPerPosition() const {
  return pages_->page_bytes() / gpu::kPagePositions;
}

void GpuNetwork::PassCross(const float* conditions, Range rows, Cache& cross) {
  for (int64_t begin = rows.begin; begin < rows.end; begin += gpu::kMostRows) {
    const int64_t n = std::min(gpu::kMostRows, rows.end - begin);
    passes_.RunCross(conditions + begin * config_.width, begin, static_cast<size_t>(n), cross);
  }
}

void GpuNetwork::Forward(std::span<const Row> rows) {
  const size_t outputs = static_cast<size_t>(config_.codebooks * config_.codebook_size);
  while (!rows.empty()) {
    const size_t n = std::min(rows.size(), static_cast<size_t>(gpu::kMostRows));
    passes_.Run(rows.first(n));
    for (size_t i = 0; i < n; ++i) {
      if (rows[i].logits == nullptr) continue;
      std::copy_n(step_.host_logits().as<float>() + i * outputs, outputs, rows[i].logits);
    }
    rows = rows.subspan(n);
  }
}

void GpuNetwork::Enqueue(std::span<const Row> rows, std::span<const Draw> draws) {
  passes_.Enqueue(rows, draws);
}

std::optional<std::vector<int32_t>> GpuNetwork::TakeDrawn(bool wait) {
  return passes_.TakeDrawn(wait);
}

}  // namespace musicgen::lm
