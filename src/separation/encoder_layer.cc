#include "separation/encoder_layer.h"

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
constexpr int64_t kBlockRows = 384;

}  // namespace

ResidualBranch TakeResidual(const checkpoint::TensorSource& source, const std::string& name,
                            const HtDemucsConfig& config, bool present, int64_t channels) {
  return ResidualBranch(source, name, present ? config.dconv_depth : 0, channels,
                        config.Hidden(channels));
}

EncoderLayer::EncoderLayer(const checkpoint::TensorSource& source, const std::string& name,
                           BranchKind kind, const HtDemucsConfig& config, int64_t in, int64_t out)
    : kind_(kind),
      out_(out),
      residual_(TakeResidual(source, name + ".dconv", config, config.dconv_in_encoders, out)) {
  const std::vector<float> weight = TakeFloats(source, name + ".conv.weight");
  convolution_ = nn::ConvProduct(WeightFormat::kF32, weight.data(), out, in, kKernel, {0, kKernel});
  convolution_.SetBias(TakeFloats(source, name + ".conv.bias"));
  const std::vector<float> rewrite = TakeFloats(source, name + ".rewrite.weight");
  rewrite_ =
      nn::Linear(WeightFormat::kF32, TensorView{"", DType::kF32, {2 * out, out}, rewrite.data()});
  rewrite_.SetBias(TakeFloats(source, name + ".rewrite.bias"));
}

Plane EncoderLayer::Convolve(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                             const std::atomic<bool>* stop) const {
  MG_CHECK_EQ(convolution_.inputs(), kKernel * x.channels);
  Plane y = scratch.NewPlane(x.lines, (x.length + kStride - 1) / kStride, out_);
  const std::vector<PlaneBlock> blocks = CutPlane(y.lines, y.length, kBlockRows);
  const auto compute = [&](const Worker& worker, int64_t item) {
    const auto& [lines, positions] = blocks[static_cast<size_t>(item)];
    const Range reached = {positions.begin * kStride - kPad, positions.end * kStride + kPad};
    // Lines lie a whole number of strides apart, so that all are one product; the row between two
    // of them is of no use.
    const int64_t pitch = positions.size() + 1, rows = lines.size() * pitch - 1;
    float* in = scratch.Get(worker, lines.size() * reached.size() * x.channels + rows * out_);
    float* out = in + lines.size() * reached.size() * x.channels;
    CopyPadded(x, nullptr, lines, reached, reached.size(), in);
    convolution_.ForwardAlone(worker, in, kStride * x.channels, rows, out, out_);
    for (int64_t line = lines.begin; line < lines.end; ++line, out += pitch * out_) {
      kernels::Gelu(out, positions.size() * out_, y.row(line, positions.begin));
    }
  };
  const int64_t products = kBlockRows * convolution_.inputs() * out_;
  const bool going = RunItems(team, static_cast<int64_t>(blocks.size()), products, stop, compute);
  return going ? std::move(y) : Plane();
}

bool EncoderLayer::AddResidual(ThreadPool& team, BlockScratch& scratch, Plane* x,
                               const std::atomic<bool>* stop) const {
  return kind_ == BranchKind::kFrequency ? residual_.ForwardBins(team, scratch, x, stop)
                                         : residual_.ForwardLine(team, scratch, x, stop);
}

bool EncoderLayer::Rewrite(ThreadPool& team, BlockScratch& scratch, Plane* x,
                           const std::atomic<bool>* stop) const {
  const int64_t items = (x->rows() + kProductRows - 1) / kProductRows;
  return RunItems(team, items, kProductRows * 2 * out_ * out_, stop,
                  [&](const Worker& worker, int64_t item) {
                    const int64_t first = item * kProductRows;
                    const int64_t rows = std::min(kProductRows, x->rows() - first);
                    float* row = x->row(0, first);
                    float* y = scratch.Get(worker, kProductRows * 2 * out_);
                    rewrite_.ForwardAlone(worker, row, out_, rows, y, 2 * out_);
                    for (int64_t r = 0; r < rows; ++r, row += out_, y += 2 * out_) {
                      kernels::Glu(y, y + out_, out_, row);
                    }
                  });
}

Plane EncoderLayer::Forward(ThreadPool& team, BlockScratch& scratch, const Plane& x,
                            const std::atomic<bool>* stop) const {
  Plane y = Convolve(team, scratch, x, stop);
  const bool going =
      y.lines > 0 && AddResidual(team, scratch, &y, stop) && Rewrite(team, scratch, &y, stop);
  return going ? std::move(y) : Plane();
}

size_t EncoderLayer::bytes() const {
  return convolution_.bytes() + residual_.bytes() + rewrite_.bytes();
}

}  // namespace musicgen::separation
