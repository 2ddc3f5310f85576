#include "lora/merge.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/error.h"
#include "lora/low_rank.h"

namespace musicgen::lora {
namespace {

constexpr int64_t kBlockRows = 16;

[[noreturn]] void ThrowShape(const Share& share, const std::string& name, const Shape& expected,
                             const std::string& found) {
  const std::string& base = share.adapter->config().base_model;
  ThrowBadInput(share.adapter->Where(), ": tensor ", Printable(name), ": expected ",
                ToString(expected), " as the base model has it, found ", found,
                base.empty() ? "" : StrCat(" (the adapter was made for ", Printable(base), ")"));
}

// A share with what is computed once for all rows.
struct Prepared {
  const Share& share;
  std::optional<LowRankRows> low_rank = {};
  std::vector<float> magnitude = {}, column_norms = {};
};

class Merger {
 public:
  Merger(const TensorView& base, std::span<const Share> shares, float* out)
      : base_(base),
        rows_(base.shape.empty() ? 1 : base.shape.front()),
        columns_(base.elements() / std::max<int64_t>(1, rows_)),
        out_(out) {
    for (const Share& share : shares) {
      Prepared& prepared = prepared_.emplace_back(Prepared{share});
      const std::optional<LowRank>& low_rank = share.change->low_rank;
      if (!low_rank) continue;
      prepared.low_rank.emplace(*low_rank);
      if (!low_rank->magnitude) continue;
      prepared.magnitude = ToFloats(*low_rank->magnitude);
      if (low_rank->embedding) prepared.column_norms = ColumnNorms(prepared);
    }
  }

  void Rows(Range rows) const {
    Buffers buffers(static_cast<size_t>(kBlockRows * columns_));
    for (int64_t begin = rows.begin; begin < rows.end; begin += kBlockRows) {
      const int64_t count = std::min(kBlockRows, rows.end - begin), n = count * columns_;
      float* w = out_ + begin * columns_;
      CopyToFloat(base_, begin * columns_, n, buffers.base.data());
      std::copy_n(buffers.base.data(), n, w);
      for (const Prepared& prepared : prepared_) {
        const bool first = &prepared == &prepared_.front();
        Apply(prepared, begin, count, first, buffers, w);
      }
      for (int64_t i = 0; i < n; ++i) {
        if (std::isfinite(w[i]) || !std::isfinite(buffers.base[static_cast<size_t>(i)])) continue;
        ThrowBadInput(prepared_.back().share.adapter->Where(), ": merging it makes a weight of ",
                      Printable(base_.name), " ", w[i], ": expected finite numbers");
      }
    }
  }

  int64_t rows() const { return rows_; }

 private:
  struct Buffers {
    explicit Buffers(size_t floats) : base(floats), own(floats), delta(floats) {}
    std::vector<float> base;   // the base model's rows
    std::vector<float> own;    // these as the adapter has them, where it holds them whole
    std::vector<float> delta;  // scale · B·A
  };

  // The rows that the adapter's B·A belongs to.
  const float* Own(const Prepared& prepared, int64_t begin, int64_t count, Buffers& buffers) const {
    const std::optional<TensorView>& whole = prepared.share.change->whole;
    if (!whole) return buffers.base.data();
    CopyToFloat(*whole, begin * columns_, count * columns_, buffers.own.data());
    return buffers.own.data();
  }

  void Apply(const Prepared& prepared, int64_t begin, int64_t count, bool first, Buffers& buffers,
             float* w) const {
    const Change& change = *prepared.share.change;
    const int64_t n = count * columns_;
    const auto strength = static_cast<float>(prepared.share.strength);
    const float* own = Own(prepared, begin, count, buffers);
    const float* base = buffers.base.data();
    if (change.whole && first && strength == 1.0f) {
      std::copy_n(own, n, w);
    } else if (change.whole) {
      for (int64_t i = 0; i < n; ++i) w[i] += strength * (own[i] - base[i]);
    }
    if (change.shift) {
      const std::vector<float> shift = ToFloats(*change.shift);
      const auto scale = static_cast<float>(change.shift_scale);
      for (int64_t i = 0; i < n; ++i) {
        w[i] += strength * (scale * shift[static_cast<size_t>(begin * columns_ + i)]);
      }
    }
    if (!prepared.low_rank) return;
    float* delta = buffers.delta.data();
    prepared.low_rank->Compute(begin, count, delta);
    if (prepared.magnitude.empty()) {
      for (int64_t i = 0; i < n; ++i) w[i] += strength * delta[i];
      return;
    }
    // DoRA's magnitudes are those of the adapter's own base, whatever was merged before.
    for (int64_t r = 0; r < count; ++r) {
      const bool by_column = !prepared.column_norms.empty();
      const float row_factor =
          by_column ? 0.0f
                    : RowFactor(prepared, begin + r, own + r * columns_, delta + r * columns_);
      for (int64_t c = 0; c < columns_; ++c) {
        const auto column = static_cast<size_t>(c);
        const float factor =
            by_column ? prepared.magnitude[column] / prepared.column_norms[column] : row_factor;
        float& weight = w[r * columns_ + c];
        const float merged = factor * (weight + delta[r * columns_ + c]);
        weight = strength == 1.0f ? merged : weight + strength * (merged - weight);
      }
    }
  }

  float RowFactor(const Prepared& prepared, int64_t row, const float* own,
                  const float* delta) const {
    double squares = 0;
    for (int64_t c = 0; c < columns_; ++c) {
      const double value = own[c] + delta[c];
      squares += value * value;
    }
    return prepared.magnitude[static_cast<size_t>(row)] / static_cast<float>(std::sqrt(squares));
  }

  // An embedding's norms run over its rows.
  std::vector<float> ColumnNorms(const Prepared& prepared) const {
    Buffers buffers(static_cast<size_t>(kBlockRows * columns_));
    std::vector<double> squares(static_cast<size_t>(columns_));
    for (int64_t begin = 0; begin < rows_; begin += kBlockRows) {
      const int64_t count = std::min(kBlockRows, rows_ - begin);
      CopyToFloat(base_, begin * columns_, count * columns_, buffers.base.data());
      const float* own = Own(prepared, begin, count, buffers);
      prepared.low_rank->Compute(begin, count, buffers.delta.data());
      for (int64_t i = 0; i < count * columns_; ++i) {
        const double value = own[i] + buffers.delta[static_cast<size_t>(i)];
        squares[static_cast<size_t>(i % columns_)] += value * value;
      }
    }
    std::vector<float> norms(squares.size());
    std::transform(squares.begin(), squares.end(), norms.begin(),
                   [](double sum) { return static_cast<float>(std::sqrt(sum)); });
    return norms;
  }

  const TensorView& base_;
  const int64_t rows_, columns_;
  float* const out_;
  std::vector<Prepared> prepared_;
};

}  // namespace

void CheckFits(const TensorView& base, const Share& share) {
  const auto& [whole, low_rank, shift, shift_scale] = *share.change;
  for (const std::optional<TensorView>* vector : {&whole, &shift}) {
    if (*vector && (*vector)->shape != base.shape) {
      ThrowShape(share, (*vector)->name, base.shape, ToString((*vector)->shape));
    }
  }
  if (!low_rank) return;
  const auto& [a, b, embedding, scale, magnitude] = *low_rank;
  const Shape product = embedding ? Shape{a.shape[1], b.shape[0]} : Shape{b.shape[0], a.shape[1]};
  if (base.shape != product) {
    ThrowShape(share, base.name, base.shape,
               StrCat("A ", ToString(a.shape), " and B ", ToString(b.shape)));
  }
  if (magnitude && magnitude->elements() != b.shape[0]) {
    ThrowShape(share, magnitude->name, {b.shape[0]}, ToString(magnitude->shape));
  }
}

void Merge(ThreadPool& pool, const TensorView& base, std::span<const Share> shares, float* out) {
  const Merger merger(base, shares, out);
  pool.Run([&](Worker& worker) { merger.Rows(worker.Split(merger.rows(), kBlockRows)); });
}

}  // namespace musicgen::lora
