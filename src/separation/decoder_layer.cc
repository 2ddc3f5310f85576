#include "separation/decoder_layer.h"

#include <algorithm>

#include "base/check.h"
#include "checkpoint/take_weights.h"
#include "kernels/elementwise.h"
#include "nn/conv_product.h"

namespace musicgen::separation {
namespace {

using checkpoint::TakeFloats;
using kernels::WeightFormat;

constexpr int64_t kKernel = HtDemucsConfig::kKernel, kStride = HtDemucsConfig::kStride;
constexpr int64_t kPad = kKernel / 4;
constexpr int64_t kReach = 3;  // of the first convolution, in each direction
// Lines at either side of a block are copied with it: many rows, so that they weigh little; but
// no more than a few milliseconds of products, so that threads end together.
constexpr int64_t kRewriteRows = 768;
constexpr int64_t kRewriteProducts = int64_t{1} << 27;
constexpr int64_t kTransposeRows = 384;

}  // namespace

DecoderLayer::DecoderLayer(const checkpoint::TensorSource& source, const std::string& name,
                           BranchKind kind, const HtDemucsConfig& config, int64_t in, int64_t out,
                           bool last)
    : kind_(kind),
      in_(in),
      out_(out),
      last_(last),
      residual_(TakeResidual(source, name + ".dconv", config, config.dconv_in_decoders, in)) {
  // [2·in, in, along the line, across lines]
  const std::vector<float> weight = TakeFloats(source, name + ".rewrite.weight");
  const int64_t across = kind == BranchKind::kFrequency ? kReach : 1;
  std::vector<float> of_line(weight.size() / static_cast<size_t>(across));
  for (int64_t line = 0; line < across; ++line) {
    for (size_t i = 0; i < of_line.size(); ++i) {
      of_line[i] = weight[i * static_cast<size_t>(across) + static_cast<size_t>(line)];
    }
    rewrite_.push_back(
        nn::ConvProduct(WeightFormat::kF32, of_line.data(), 2 * in, in, kReach, {0, kReach}));
  }
  rewrite_.front().SetBias(TakeFloats(source, name + ".rewrite.bias"));
  transpose_ = nn::ConvTransposeProduct(
      WeightFormat::kF32, TakeFloats(source, name + ".conv_tr.weight").data(), out, in, kKernel,
      kStride, TakeFloats(source, name + ".conv_tr.bias").data());
}

Plane DecoderLayer::Rewrite(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                            const Plane& skip, const std::atomic<bool>* stop) const {
  MG_CHECK_EQ(x.elements(), skip.elements());
  Plane y = scratch.NewPlane(x.lines, x.length, in_);
  const int64_t beside = static_cast<int64_t>(rewrite_.size()) / 2;  // lines at either side
  const int64_t row_products = 2 * in_ * kReach * in_ * (2 * beside + 1);
  const int64_t most_rows = std::clamp(kRewriteProducts / row_products, kProductRows, kRewriteRows);
  const std::vector<PlaneBlock> blocks = CutPlane(x.lines, x.length, most_rows);
  const auto compute = [&](const Worker& worker, int64_t item) {
    const auto& [lines, positions] = blocks[static_cast<size_t>(item)];
    const Range near_lines = {lines.begin - beside, lines.end + beside};
    const Range reached = {positions.begin - 1, positions.end + 1};
    // The zero behind one line is the one in front of the next; the row that begins there is of no
    // use.
    const int64_t pitch = positions.size() + 1, all = lines.size() * pitch - 1;
    const int64_t in_floats = (near_lines.size() * pitch + 1) * in_;
    float* in = scratch.Get(worker, in_floats + kProductRows * 2 * in_);
    float* wide = in + in_floats;
    CopyPadded(x, &skip, near_lines, reached, pitch, in);
    for (int64_t first = 0; first < all; first += kProductRows) {
      const int64_t rows = std::min(kProductRows, all - first);
      for (size_t k = 0; k < rewrite_.size(); ++k) {
        rewrite_[k].ForwardAlone(worker, in + (static_cast<int64_t>(k) * pitch + first) * in_, in_,
                                 rows, wide, 2 * in_, /*accumulate=*/k > 0);
      }
      for (int64_t r = 0; r < rows; ++r) {
        const int64_t line = (first + r) / pitch, at = (first + r) % pitch;
        if (at == positions.size()) continue;
        const float* row = wide + r * 2 * in_;
        kernels::Glu(row, row + in_, in_, y.row(lines.begin + line, positions.begin + at));
      }
    }
  };
  const int64_t products = most_rows * row_products;
  const bool going = RunItems(team, static_cast<int64_t>(blocks.size()), products, stop, compute);
  return going ? std::move(y) : Plane();
}

bool DecoderLayer::AddResidual(ThreadPool& team, BlockScratch& scratch, Plane* x,
                               const std::atomic<bool>* stop) const {
  return kind_ == BranchKind::kFrequency ? residual_.ForwardBins(team, scratch, x, stop)
                                         : residual_.ForwardLine(team, scratch, x, stop);
}

// Untrimmed output position 4r + j is row r's output j; of these, two drop out at the beginning.
Plane DecoderLayer::Transpose(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                              int64_t length, const std::atomic<bool>* stop) const {
  MG_CHECK_LE(length, x.length * kStride);
  Plane y = scratch.NewPlane(x.lines, length, out_);
  const std::vector<PlaneBlock> blocks = CutPlane(x.lines, x.length + 1, kTransposeRows);
  const auto compute = [&](const Worker& worker, int64_t item) {
    const auto& [lines, positions] = blocks[static_cast<size_t>(item)];
    const int64_t pitch = positions.size(), rows = lines.size() * pitch, wide = kStride * out_;
    float* in = scratch.Get(worker, (rows + 1) * in_ + rows * wide);
    float* out = in + (rows + 1) * in_;
    CopyPadded(x, nullptr, lines, {positions.begin - 1, positions.end}, pitch, in);
    transpose_.ForwardAlone(worker, in, in_, rows, out, wide);
    for (int64_t line = lines.begin; line < lines.end; ++line, out += pitch * wide) {
      const int64_t before = positions.begin * kStride - kPad;  // where the block begins
      const int64_t begin = std::max<int64_t>(0, before);
      const int64_t end = std::min(length, positions.end * kStride - kPad);
      if (begin >= end) continue;
      const float* from = out + (begin - before) * out_;
      const int64_t floats = (end - begin) * out_;
      float* to = y.row(line, begin);
      if (last_) {
        std::copy_n(from, floats, to);
      } else {
        kernels::Gelu(from, floats, to);
      }
    }
  };
  const int64_t products = kTransposeRows * transpose_.inputs() * transpose_.outputs();
  const bool going = RunItems(team, static_cast<int64_t>(blocks.size()), products, stop, compute);
  return going ? std::move(y) : Plane();
}

Plane DecoderLayer::Forward(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                            const Plane& skip, int64_t length,
                            const std::atomic<bool>* stop) const {
  Plane y = Rewrite(team, scratch, x, skip, stop);
  if (y.lines == 0 || !AddResidual(team, scratch, &y, stop)) return {};
  Plane z = Transpose(team, scratch, y, length, stop);
  scratch.GiveBack(std::move(y));
  return z;
}

size_t DecoderLayer::bytes() const {
  size_t sum = residual_.bytes() + transpose_.bytes();
  for (const nn::Linear& line : rewrite_) sum += line.bytes();
  return sum;
}

}  // namespace musicgen::separation
