#include "nn/encoder_block.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "nn/noise.h"

namespace musicgen::nn {
namespace {

using kernels::WeightFormat;
using Doubles = std::vector<double>;

struct Case {
  std::string name;
  EncoderShape shape;
  bool rms = false, biases = false, gains = false, relative = false;
};

// Odd sizes, a head's width that is not width / heads.
EncoderShape Shape(NormPlace place, Activation activation, float scale) {
  return {.width = 15,
          .heads = 3,
          .head_dim = 7,
          .hidden_width = 34,
          .score_scale = scale,
          .norm_place = place,
          .activation = activation};
}

std::vector<Case> Cases() {
  const auto before = NormPlace::kBefore, after = NormPlace::kAfter;
  return {
      {"T5", Shape(before, Activation::kRelu, 1.0f), true, false, false, true},
      {"FlanT5", Shape(before, Activation::kGatedGeluTanh, 1.0f), true, false, false, true},
      {"Mert", Shape(after, Activation::kGelu, 0.125f), false, true, false, false},
      {"Style", Shape(before, Activation::kGelu, 0.125f), false, false, false, false},
      {"Demucs", Shape(before, Activation::kGelu, 0.125f), false, true, true, false},
      {"AfterWithAllElse", Shape(after, Activation::kGatedGeluTanh, 0.3f), true, true, true, true},
  };
}

// The parameters in the order in which they are used.
struct Parameters {
  explicit Parameters(const Case& kind) : c(kind) {
    const EncoderShape& s = kind.shape;
    int64_t seed = 10;
    const auto noise = [&](int64_t n, float size) {
      std::vector<float> values = Noise(n, static_cast<uint32_t>(++seed));
      for (float& value : values) value *= size;
      return values;
    };
    const auto bias = [&](int64_t n) { return noise(c.biases ? n : 0, 0.2f); };
    for (int part = 0; part < 2; ++part) {
      norm_weight[part] = noise(s.width, 1.0f);
      norm_bias[part] = noise(s.width, 0.1f);
      gains[part] = noise(c.gains ? s.width : 0, 0.7f);
    }
    qkv = noise(3 * s.inner() * s.width, 0.4f);
    qkv_bias = bias(3 * s.inner());
    out = noise(s.width * s.inner(), 0.3f);
    out_bias = bias(s.width);
    in = noise(s.activation_width() * s.width, 0.4f);
    in_bias = bias(s.activation_width());
    down = noise(s.width * s.hidden_width, 0.3f);
    down_bias = bias(s.width);
  }

  Norm NormOf(int part) const {
    if (c.rms) return RmsNorm{norm_weight[part], kEps};
    return LayerNorm{norm_weight[part], norm_bias[part], kEps};
  }
  static Linear Make(const std::vector<float>& weights, const std::vector<float>& bias,
                     int64_t outputs) {
    const int64_t inputs = static_cast<int64_t>(weights.size()) / outputs;
    Linear linear(WeightFormat::kF32,
                  TensorView{"w", DType::kF32, {outputs, inputs}, weights.data()});
    if (!bias.empty()) linear.SetBias(bias);
    return linear;
  }
  EncoderBlock Block() const {
    const EncoderShape& s = c.shape;
    EncoderWeights w;
    w.attention_norm = NormOf(0);
    w.qkv = Make(qkv, qkv_bias, 3 * s.inner());
    w.attention_out = Make(out, out_bias, s.width);
    w.attention_gains = gains[0];
    w.feed_forward_norm = NormOf(1);
    w.feed_forward_in = Make(in, in_bias, s.activation_width());
    w.feed_forward_out = Make(down, down_bias, s.width);
    w.feed_forward_gains = gains[1];
    return EncoderBlock(s, std::move(w));
  }

  static constexpr float kEps = 1e-3f;
  Case c;
  std::vector<float> norm_weight[2], norm_bias[2], gains[2];
  std::vector<float> qkv, qkv_bias, out, out_bias, in, in_bias, down, down_bias;
};

std::vector<float> Input(const EncoderShape& shape, int64_t rows) {
  return Noise(rows * shape.width, 1);
}
std::vector<float> Bias(const Case& c, int64_t rows) {
  return c.relative ? Noise(c.shape.heads * (2 * rows - 1), 2) : std::vector<float>();
}

std::vector<float> States(const Case& c, const EncoderBlock& block, int64_t rows, int threads) {
  ThreadPool pool(threads);
  EncoderActivations activations(c.shape, rows, threads);
  activations.x = Input(c.shape, rows);
  activations.relative_bias = Bias(c, rows);
  EXPECT_TRUE(block.Forward(pool, activations));
  return activations.x;
}

// The definition in double, row by row.
class Definition {
 public:
  Definition(const Parameters& p, int64_t rows) : p_(p), s_(p.c.shape), rows_(rows) {
    for (const float value : Input(s_, rows)) x_.push_back(value);
  }

  const Doubles& Run() {
    const bool after = s_.norm_place == NormPlace::kAfter;
    for (int part = 0; part < 2; ++part) {
      const Doubles in = after ? x_ : Normed(x_, part);
      const Doubles out = part == 0 ? Attention(in) : FeedForward(in);
      for (size_t i = 0; i < x_.size(); ++i) {
        const auto column = i % static_cast<size_t>(s_.width);
        x_[i] += out[i] * (p_.c.gains ? p_.gains[part][column] : 1.0);
      }
      if (after) x_ = Normed(x_, part);
    }
    return x_;
  }

 private:
  Doubles Normed(const Doubles& x, int part) const {
    Doubles y(x.size());
    const auto n = static_cast<size_t>(s_.width);
    for (size_t r = 0; r < x.size(); r += n) {
      double mean = 0, square = 0;
      for (size_t i = 0; i < n && !p_.c.rms; ++i) mean += x[r + i] / static_cast<double>(n);
      for (size_t i = 0; i < n; ++i) square += (x[r + i] - mean) * (x[r + i] - mean);
      const double scale = std::sqrt(square / static_cast<double>(n) + Parameters::kEps);
      for (size_t i = 0; i < n; ++i) {
        y[r + i] = (x[r + i] - mean) / scale * p_.norm_weight[part][i];
        if (!p_.c.rms) y[r + i] += p_.norm_bias[part][i];
      }
    }
    return y;
  }

  Doubles Product(const Doubles& x, const std::vector<float>& weights,
                  const std::vector<float>& bias) const {
    const size_t inputs = x.size() / static_cast<size_t>(rows_), outputs = weights.size() / inputs;
    Doubles y;
    for (size_t r = 0; r < x.size(); r += inputs) {
      for (size_t o = 0; o < outputs; ++o) {
        double sum = bias.empty() ? 0.0 : bias[o];
        for (size_t i = 0; i < inputs; ++i) sum += x[r + i] * weights[o * inputs + i];
        y.push_back(sum);
      }
    }
    return y;
  }

  Doubles Attention(const Doubles& in) const {
    const int64_t inner = s_.inner(), dim = s_.head_dim;
    const Doubles qkv = Product(in, p_.qkv, p_.qkv_bias);
    const std::vector<float> relative = Bias(p_.c, rows_);
    Doubles attended(static_cast<size_t>(rows_ * inner));
    const auto at = [&](int64_t row, int64_t which, int64_t head, int64_t d) {
      return qkv[static_cast<size_t>((row * 3 + which) * inner + head * dim + d)];
    };
    for (int64_t head = 0; head < s_.heads; ++head) {
      for (int64_t q = 0; q < rows_; ++q) {
        Doubles weights;
        double total = 0;
        for (int64_t k = 0; k < rows_; ++k) {
          double score = 0;
          for (int64_t d = 0; d < dim; ++d) score += at(q, 0, head, d) * at(k, 1, head, d);
          score *= s_.score_scale;
          if (!relative.empty()) {
            score += relative[static_cast<size_t>(head * (2 * rows_ - 1) + k - q + rows_ - 1)];
          }
          weights.push_back(std::exp(score));
          total += weights.back();
        }
        for (int64_t d = 0; d < dim; ++d) {
          double& out = attended[static_cast<size_t>(q * inner + head * dim + d)];
          for (int64_t k = 0; k < rows_; ++k) {
            out += weights[static_cast<size_t>(k)] / total * at(k, 2, head, d);
          }
        }
      }
    }
    return Product(attended, p_.out, p_.out_bias);
  }

  Doubles FeedForward(const Doubles& in) const {
    const auto wide = static_cast<size_t>(s_.activation_width());
    const auto n = static_cast<size_t>(s_.hidden_width);
    const Doubles before = Product(in, p_.in, p_.in_bias);
    Doubles hidden;
    for (size_t r = 0; r < before.size(); r += wide) {
      for (size_t i = 0; i < n; ++i) {
        const double h = before[r + i];
        switch (s_.activation) {
          case Activation::kRelu:
            hidden.push_back(std::max(h, 0.0));
            break;
          case Activation::kGelu:
            hidden.push_back(h / 2 * (1 + std::erf(h / std::sqrt(2.0))));
            break;
          case Activation::kGatedGeluTanh:
            hidden.push_back(h / 2 *
                             (1 + std::tanh(std::sqrt(2 / M_PI) * (h + 0.044715 * h * h * h))) *
                             before[r + n + i]);
            break;
        }
      }
    }
    return Product(hidden, p_.down, p_.down_bias);
  }

  const Parameters& p_;
  const EncoderShape& s_;
  int64_t rows_;
  Doubles x_;
};

class EncoderBlockTest : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EncoderBlockTest, testing::ValuesIn(Cases()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(EncoderBlockTest, IsItsDefinition) {
  const Parameters parameters(GetParam());
  const EncoderBlock block = parameters.Block();
  for (const int64_t rows : {1, 2, 33, 200}) {
    const Doubles expected = Definition(parameters, rows).Run();
    const std::vector<float> x = States(GetParam(), block, rows, 2);
    double largest = 0, difference = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(difference, std::abs(x[i] - expected[i]));
    }
    // Some thirty roundings of sums of the largest values, one after the other in four products.
    EXPECT_LT(difference, 120 * 0x1p-24 * largest) << rows << " rows";
  }
}

TEST_P(EncoderBlockTest, GivesTheSameBitsOnAnyNumberOfThreads) {
  const EncoderBlock block = Parameters(GetParam()).Block();
  for (const int64_t rows : {1, 5, 96, 97, 400}) {
    const std::vector<float> alone = States(GetParam(), block, rows, 1);
    for (const int threads : {2, 3, 5}) {
      const std::vector<float> x = States(GetParam(), block, rows, threads);
      EXPECT_EQ(0, std::memcmp(alone.data(), x.data(), x.size() * sizeof(float)))
          << rows << " rows, " << threads << " threads";
    }
  }
}

TEST_P(EncoderBlockTest, StopsWithTheWholeTeam) {
  const EncoderBlock block = Parameters(GetParam()).Block();
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    EncoderActivations activations(GetParam().shape, 300, threads);
    activations.relative_bias = Bias(GetParam(), 300);
    const std::atomic<bool> stop = true;
    EXPECT_FALSE(block.Forward(pool, activations, &stop));
  }
}

TEST_P(EncoderBlockTest, CountsItsParameters) {
  const Parameters p(GetParam());
  size_t floats = p.norm_weight[0].size() + p.norm_weight[1].size() + p.gains[0].size() +
                  p.gains[1].size() + p.qkv_bias.size() + p.out_bias.size() + p.in_bias.size() +
                  p.down_bias.size();
  if (!GetParam().rms) floats += p.norm_bias[0].size() + p.norm_bias[1].size();
  const auto padded = [](int64_t outputs) { return (outputs + 31) / 32 * 32; };
  const EncoderShape& s = GetParam().shape;
  floats += static_cast<size_t>((padded(3 * s.inner()) + padded(s.activation_width())) * s.width +
                                padded(s.width) * (s.inner() + s.hidden_width));
  EXPECT_EQ(p.Block().bytes(), floats * sizeof(float));
}

// Across to its own input, normalised alike, a layer is self-attention, bit for bit.
TEST(CrossAttentionTest, ToItselfIsSelfAttention) {
  Case kind = Cases()[4];
  const Parameters parameters(kind);
  const EncoderBlock self = parameters.Block();
  kind.shape.cross = true;
  const EncoderShape& s = kind.shape;
  const int64_t own = s.inner() * s.width;
  const auto part = [](const std::vector<float>& all, int64_t begin, int64_t end) {
    return std::vector<float>(all.begin() + begin, all.begin() + end);
  };
  EncoderWeights w;
  w.attention_norm = w.memory_norm = parameters.NormOf(0);
  w.qkv = Parameters::Make(part(parameters.qkv, 0, own), part(parameters.qkv_bias, 0, s.inner()),
                           s.inner());
  w.memory_kv =
      Parameters::Make(part(parameters.qkv, own, 3 * own),
                       part(parameters.qkv_bias, s.inner(), 3 * s.inner()), 2 * s.inner());
  w.attention_out = Parameters::Make(parameters.out, parameters.out_bias, s.width);
  w.attention_gains = parameters.gains[0];
  w.feed_forward_norm = parameters.NormOf(1);
  w.feed_forward_in = Parameters::Make(parameters.in, parameters.in_bias, s.activation_width());
  w.feed_forward_out = Parameters::Make(parameters.down, parameters.down_bias, s.width);
  w.feed_forward_gains = parameters.gains[1];
  const EncoderBlock cross(s, std::move(w));
  for (const int64_t rows : {1, 40, 250}) {
    const std::vector<float> expected = States(Cases()[4], self, rows, 2);
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      EncoderActivations activations(s, rows, threads, rows);
      activations.x = Input(s, rows);
      const std::vector<float> memory = activations.x;
      ASSERT_TRUE(cross.Forward(pool, activations, nullptr, memory.data()));
      EXPECT_EQ(activations.x, expected) << rows << " rows, " << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace musicgen::nn
