#include "lm/gpu_step.h"

#include <algorithm>

namespace musicgen::lm {
namespace {

using gpu::Epilogue;
using gpu::kMostRows;
using gpu::Which;

gpu::BufferRange Floats(gpu::Arena& arena, int64_t count) {
  return arena.Allocate(static_cast<uint64_t>(count) * sizeof(float));
}

}  // namespace

GpuStep::GpuStep(const gpu::Device& device, const LmConfig& config, const GpuWeights& weights,
                 const GpuPages& pages, Formats formats)
    : device_(device),
      config_(config),
      weights_(weights),
      pages_(pages),
      own_(device, gpu::MemoryKind::kDevice, 1 << 20),
      upload_(device, gpu::MemoryKind::kUpload, 1 << 16),
      download_(device, gpu::MemoryKind::kDownload, 1 << 20),
      inputs_(own_, config),
      operations_(device) {
  const int64_t width = config.width, outputs = config.codebooks * config.codebook_size;
  conditions_ = Floats(upload_, kMostRows * width);
  x_ = Floats(own_, kMostRows * width);
  normed_ = Floats(own_, kMostRows * width);
  qkv_ = Floats(own_, kMostRows * 3 * width);
  attended_ = Floats(own_, kMostRows * width);
  hidden_ = Floats(own_, kMostRows * config.ffn_width);
  logits_ = Floats(own_, kMostRows * outputs);
  host_logits_ = Floats(download_, kMostRows * outputs);
  drawn_.values = Floats(own_, kMostRows * outputs);
  drawn_.columns = Floats(own_, pages.pages() * 2 * config.codebooks);
  drawn_.codes = Floats(own_, kMostRows * config.codebooks);
  if (kernels::IsQuantized(formats.weights)) {
    const int64_t inputs = std::max(width, config.ffn_width);
    operations_.SetScratch(own_.Allocate(gpu::Operations::DigitBytes(kMostRows, inputs)),
                           own_.Allocate(gpu::Operations::ScaleBytes(kMostRows, inputs)));
  }
}

gpu::Recording GpuStep::RecordCross(int64_t rows) {
  const int64_t width = config_.width;
  gpu::Recorder recorder(device_);
  for (int64_t i = 0; i < config_.layers; ++i) {
    const GpuWeights::Layer& layer = weights_.layers()[static_cast<size_t>(i)];
    operations_.Product(recorder, inputs_.rows, conditions_, layer.cross_kv, Which::kAllRows,
                        Epilogue::kStore, rows, qkv_);
    operations_.Store(recorder, inputs_.rows, qkv_, 2 * width, 0, width, width, config_.head_dim(),
                      rows, pages_.layer(i));
  }
  return recorder.Finish();
}

void GpuStep::RecordLayer(gpu::Recorder& recorder, const Kind& kind, int64_t index) {
  const GpuWeights::Layer& layer = weights_.layers()[static_cast<size_t>(index)];
  const int64_t width = config_.width, dim = config_.head_dim(), rows = kind.rows;
  const auto norm = [&](const GpuNorm& of, Which which) {
    operations_.Norm(recorder, inputs_.rows, x_, of.weight, of.bias, of.eps, width, which, rows,
                     normed_);
  };
  const auto product = [&](const gpu::BufferRange& x, const gpu::Matrix& matrix, Which which,
                           Epilogue epilogue, const gpu::BufferRange& y,
                           const gpu::RowPlace& place = {}) {
    operations_.Product(recorder, inputs_.rows, x, matrix, which, epilogue, rows, y, place);
  };
  norm(layer.self_norm, Which::kAllRows);
  product(normed_, layer.self_qkv, Which::kAllRows, Epilogue::kStore, qkv_, {3 * width, 0});
  if (layer.self_v.outputs > 0) {
    product(normed_, layer.self_v, Which::kAllRows, Epilogue::kStore, qkv_, {3 * width, 2 * width});
  }
  operations_.Store(recorder, inputs_.rows, qkv_, 3 * width, width, 2 * width, width, dim, rows,
                    pages_.layer(index));
  operations_.Attend(recorder, inputs_.rows, qkv_, 3 * width, false, width, dim, rows,
                     pages_.layer(index), attended_);
  product(attended_, layer.self_out, Which::kAllRows, Epilogue::kAccumulate, x_);
  if (kind.crosses) {
    norm(layer.cross_norm, Which::kCrossingRows);
    product(normed_, layer.cross_q, Which::kCrossingRows, Epilogue::kStore, qkv_);
    operations_.Attend(recorder, inputs_.rows, qkv_, width, true, width, dim, rows,
                       pages_.layer(index), attended_);
    product(attended_, layer.cross_out, Which::kCrossingRows, Epilogue::kAccumulate, x_);
  }
  norm(layer.ffn_norm, Which::kAllRows);
  product(normed_, layer.fc1, Which::kAllRows, Epilogue::kGelu, hidden_);
  product(hidden_, layer.fc2, Which::kAllRows, Epilogue::kAccumulate, x_);
}

gpu::Recording GpuStep::Record(const Kind& kind) {
  gpu::Recorder recorder(device_);
  operations_.Embed(recorder, inputs_.rows, drawn_.columns, weights_.embeddings(), kind.rows, x_);
  for (int64_t i = 0; i < config_.layers; ++i) RecordLayer(recorder, kind, i);
  if (kind.reads || kind.draws) {
    const GpuNorm& norm = weights_.out_norm();
    operations_.Norm(recorder, inputs_.rows, x_, norm.weight, norm.bias, norm.eps, config_.width,
                     Which::kReadingRows, kind.rows, normed_);
    operations_.Product(recorder, inputs_.rows, normed_, weights_.heads(), Which::kReadingRows,
                        Epilogue::kStore, kind.rows, logits_);
  }
  if (kind.draws) {
    operations_.Draw(recorder, inputs_.rows, inputs_.draws, logits_, config_.codebooks,
                     config_.codebook_size, kind.rows, drawn_);
  } else if (kind.reads) {
    recorder.Copy(FirstRows(logits_, kind.rows), FirstRows(host_logits_, kind.rows));
  }
  return recorder.Finish();
}

const gpu::Recording& GpuStep::Of(const Kind& kind) {
  auto found = recordings_.find(kind);
  if (found == recordings_.end()) found = recordings_.emplace(kind, Record(kind)).first;
  return found->second;
}

const gpu::Recording& GpuStep::OfCross(int64_t rows) {
  auto found = cross_recordings_.find(rows);
  if (found == cross_recordings_.end()) {
    found = cross_recordings_.emplace(rows, RecordCross(rows)).first;
  }
  return found->second;
}

}  // namespace musicgen::lm
