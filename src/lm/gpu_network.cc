#include "lm/gpu_network.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include "base/check.h"

namespace musicgen::lm {
namespace {

using gpu::Epilogue;
using gpu::kMostRows;
using gpu::Which;

// Eight guided streams of 30 s, with their conditions and a score beside them.
constexpr int64_t kMostPages = 512;
// Of the pages, what streams are not promised: their conditions' and a score's.
constexpr int64_t kSharePages = 8;

int64_t RoomFor(size_t rows) { return static_cast<int64_t>(std::bit_ceil(rows)); }

const std::vector<uint32_t>& PagesIn(const Network::Cache& cache) {
  return static_cast<const GpuPages::Cache&>(cache).pages();
}

gpu::BufferRange Floats(gpu::Arena& arena, int64_t count) {
  return arena.Allocate(static_cast<uint64_t>(count) * sizeof(float));
}

gpu::BufferRange FirstRows(gpu::BufferRange range, int64_t rows) {
  range.bytes = range.bytes / kMostRows * static_cast<uint64_t>(rows);
  return range;
}

}  // namespace

GpuNetwork::GpuNetwork(std::shared_ptr<const gpu::Device> device, ThreadPool& pool,
                       const LmConfig& config, const checkpoint::TensorSource& source,
                       const std::string& prefix, Formats formats)
    : device_(std::move(device)),
      config_(config),
      positions_(config.width),
      weights_(*device_, pool, config, source, prefix, formats.weights),
      pages_(std::make_shared<GpuPages>(device_, config, formats.cache, kMostPages)),
      own_(*device_, gpu::MemoryKind::kDevice, 1 << 20),
      upload_(*device_, gpu::MemoryKind::kUpload, 1 << 20),
      download_(*device_, gpu::MemoryKind::kDownload, 1 << 20),
      operations_(*device_) {
  const int64_t width = config.width, outputs = config.codebooks * config.codebook_size;
  in_.table = upload_.Allocate(sizeof(gpu::RowTable));
  new (in_.table.host) gpu::RowTable();
  in_.pages = upload_.Allocate(kMostRows * sizeof(gpu::RowPages));
  std::memset(in_.pages.host, 0, in_.pages.bytes);
  in_.tokens = Floats(upload_, kMostRows * config.codebooks);
  in_.vectors = Floats(upload_, kMostRows * 2 * width);
  conditions_ = Floats(upload_, kMostRows * width);
  x_ = Floats(own_, kMostRows * width);
  normed_ = Floats(own_, kMostRows * width);
  qkv_ = Floats(own_, kMostRows * 3 * width);
  attended_ = Floats(own_, kMostRows * width);
  hidden_ = Floats(own_, kMostRows * config.ffn_width);
  logits_ = Floats(own_, kMostRows * outputs);
  read_back_ = Floats(download_, kMostRows * outputs);
  if (kernels::IsQuantized(formats.weights)) {
    const int64_t inputs = std::max(width, config.ffn_width);
    operations_.SetScratch(own_.Allocate(gpu::Operations::DigitBytes(kMostRows, inputs)),
                           own_.Allocate(gpu::Operations::ScaleBytes(kMostRows, inputs)));
  }
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

gpu::Recording GpuNetwork::RecordCross(int64_t rows) {
  const int64_t width = config_.width;
  gpu::Recorder recorder(*device_);
  for (int64_t i = 0; i < config_.layers; ++i) {
    const GpuWeights::Layer& layer = weights_.layers()[static_cast<size_t>(i)];
    operations_.Product(recorder, in_, conditions_, layer.cross_kv, Which::kAllRows,
                        Epilogue::kStore, rows, qkv_);
    operations_.Store(recorder, in_, qkv_, 2 * width, 0, width, width, config_.head_dim(), rows,
                      pages_->layer(i));
  }
  return recorder.Finish();
}

void GpuNetwork::PassCross(const float* conditions, Range rows, Cache& cross) {
  const size_t width = static_cast<size_t>(config_.width);
  auto* table = in_.table.as<gpu::RowTable>();
  auto* pages = in_.pages.as<gpu::RowPages>();
  for (int64_t begin = rows.begin; begin < rows.end; begin += kMostRows) {
    const size_t n = static_cast<size_t>(std::min(kMostRows, rows.end - begin));
    table->rows = static_cast<uint32_t>(n);
    for (size_t i = 0; i < n; ++i) {
      table->row[i] = gpu::Row{.position = static_cast<int32_t>(begin) + static_cast<int32_t>(i)};
      std::copy(PagesIn(cross).begin(), PagesIn(cross).end(), pages[i].own);
    }
    std::memcpy(conditions_.host, conditions + static_cast<size_t>(begin) * width,
                n * width * sizeof(float));
    const int64_t room = RoomFor(n);
    auto found = cross_recordings_.find(room);
    if (found == cross_recordings_.end()) {
      found = cross_recordings_.emplace(room, RecordCross(room)).first;
    }
    device_->Run(found->second.commands(), "passing conditions");
  }
}

void GpuNetwork::RecordLayer(gpu::Recorder& recorder, const Kind& kind, int64_t index) {
  const GpuWeights::Layer& layer = weights_.layers()[static_cast<size_t>(index)];
  const int64_t width = config_.width, dim = config_.head_dim(), rows = kind.rows;
  const auto norm = [&](const GpuNorm& of, Which which) {
    operations_.Norm(recorder, in_, x_, of.weight, of.bias, of.eps, width, which, rows, normed_);
  };
  const auto product = [&](const gpu::BufferRange& x, const gpu::Matrix& matrix, Which which,
                           Epilogue epilogue, const gpu::BufferRange& y,
                           const gpu::RowPlace& place = {}) {
    operations_.Product(recorder, in_, x, matrix, which, epilogue, rows, y, place);
  };
  norm(layer.self_norm, Which::kAllRows);
  product(normed_, layer.self_qkv, Which::kAllRows, Epilogue::kStore, qkv_, {3 * width, 0});
  if (layer.self_v.outputs > 0) {
    product(normed_, layer.self_v, Which::kAllRows, Epilogue::kStore, qkv_, {3 * width, 2 * width});
  }
  operations_.Store(recorder, in_, qkv_, 3 * width, width, 2 * width, width, dim, rows,
                    pages_->layer(index));
  operations_.Attend(recorder, in_, qkv_, 3 * width, false, width, dim, rows, pages_->layer(index),
                     attended_);
  product(attended_, layer.self_out, Which::kAllRows, Epilogue::kAccumulate, x_);
  if (kind.crosses) {
    norm(layer.cross_norm, Which::kCrossingRows);
    product(normed_, layer.cross_q, Which::kCrossingRows, Epilogue::kStore, qkv_);
    operations_.Attend(recorder, in_, qkv_, width, true, width, dim, rows, pages_->layer(index),
                       attended_);
    product(attended_, layer.cross_out, Which::kCrossingRows, Epilogue::kAccumulate, x_);
  }
  norm(layer.ffn_norm, Which::kAllRows);
  product(normed_, layer.fc1, Which::kAllRows, Epilogue::kGelu, hidden_);
  product(hidden_, layer.fc2, Which::kAllRows, Epilogue::kAccumulate, x_);
}

gpu::Recording GpuNetwork::Record(const Kind& kind) {
  gpu::Recorder recorder(*device_);
  operations_.Embed(recorder, in_, weights_.embeddings(), kind.rows, x_);
  for (int64_t i = 0; i < config_.layers; ++i) RecordLayer(recorder, kind, i);
  if (kind.reads) {
    const GpuNorm& norm = weights_.out_norm();
    operations_.Norm(recorder, in_, x_, norm.weight, norm.bias, norm.eps, config_.width,
                     Which::kReadingRows, kind.rows, normed_);
    operations_.Product(recorder, in_, normed_, weights_.heads(), Which::kReadingRows,
                        Epilogue::kStore, kind.rows, logits_);
    recorder.Copy(FirstRows(logits_, kind.rows), FirstRows(read_back_, kind.rows));
  }
  return recorder.Finish();
}

const gpu::Recording& GpuNetwork::RecordingOf(const Kind& kind) {
  auto found = recordings_.find(kind);
  if (found == recordings_.end()) found = recordings_.emplace(kind, Record(kind)).first;
  return found->second;
}

void GpuNetwork::Describe(const Row& row, size_t index) {
  MG_CHECK_LE(PagesOf(row.position + 1), static_cast<int64_t>(PagesIn(*row.cache).size()));
  const size_t width = static_cast<size_t>(config_.width);
  gpu::Row& to = in_.table.as<gpu::RowTable>()->row[index];
  to = gpu::Row{.position = static_cast<int32_t>(row.position)};
  gpu::RowPages& pages = in_.pages.as<gpu::RowPages>()[index];
  std::copy(PagesIn(*row.cache).begin(), PagesIn(*row.cache).end(), pages.own);
  if (row.cross != nullptr) {
    to.cross_rows = static_cast<int32_t>(row.cross_rows);
    std::copy(PagesIn(*row.cross).begin(), PagesIn(*row.cross).end(), pages.cross);
  }
  if (row.logits != nullptr) to.flags |= gpu::Row::kReads;
  float* vectors = in_.vectors.as<float>() + index * 2 * width;
  std::fill(vectors, vectors + width, 0.0f);
  positions_.AddTo(row.position, vectors);
  auto* tokens = in_.tokens.as<uint32_t>() + index * static_cast<size_t>(config_.codebooks);
  if (row.vector != nullptr) {
    to.flags |= gpu::Row::kFromVector;
    std::copy(row.vector, row.vector + width, vectors + width);
  } else {
    for (int64_t k = 0; k < config_.codebooks; ++k) {
      const int32_t token = row.tokens[k * row.token_stride];
      MG_CHECK(0 <= token && token <= config_.codebook_size);
      tokens[k] = static_cast<uint32_t>(token);
    }
  }
}

void GpuNetwork::ForwardSome(std::span<const Row> rows) {
  Kind kind = {RoomFor(rows.size()), false, false};
  in_.table.as<gpu::RowTable>()->rows = static_cast<uint32_t>(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    Describe(rows[i], i);
    kind.crosses = kind.crosses || rows[i].cross != nullptr;
    kind.reads = kind.reads || rows[i].logits != nullptr;
  }
  device_->Run(RecordingOf(kind).commands(), "a step");
  const size_t outputs = static_cast<size_t>(config_.codebooks * config_.codebook_size);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].logits == nullptr) continue;
    std::copy_n(read_back_.as<float>() + i * outputs, outputs, rows[i].logits);
  }
}

void GpuNetwork::Forward(std::span<const Row> rows) {
  while (!rows.empty()) {
    const size_t n = std::min(rows.size(), static_cast<size_t>(kMostRows));
    ForwardSome(rows.first(n));
    rows = rows.subspan(n);
  }
}

}  // namespace musicgen::lm
