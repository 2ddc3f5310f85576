#include "train/computed_codec/codec_tensors.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "codec/seanet_layout.h"
#include "compose/instruments.h"
#include "train/computed_codec/weight_norm_pair.h"

namespace musicgen::train {
namespace {

using codec::SeanetLayer;
using compose::kFrameSamples;
using Kind = SeanetLayer::Kind;
using Eigen::Index;

// How small signals pass the ELUs: x + x²/2 below zero errs by 2^-12 of a full-scale sample.
constexpr float kSmall = 0x1p-12f;
constexpr float kUnusedRow = 1e3f;  // never the nearest code

// A weight with three axes.
struct Weight {
  explicit Weight(Shape s) : shape(std::move(s)), values(static_cast<size_t>(NumElements(shape))) {}
  float& at(int64_t a, int64_t b, int64_t c) {
    return values[static_cast<size_t>((a * shape[1] + b) * shape[2] + c)];
  }
  Shape shape;
  std::vector<float> values;
};

// The tap that meets place `p` of a stride, whose kernel is twice as long.
int64_t Tap(int64_t place, int64_t stride) { return place + (stride + 1) / 2; }

class Builder {
 public:
  explicit Builder(std::vector<CodecTensor>* tensors) : tensors_(tensors) {}

  void Convolution(const std::string& name, const SeanetLayer& layer, const Weight& weight) {
    AppendConvolution(name + ".conv", weight.shape, weight.values, layer.out_channels, tensors_);
  }
  // What adds nothing.
  void ResidualUnit(const std::string& name, const SeanetLayer& layer, int64_t compress) {
    const int64_t hidden = layer.in_channels / compress;
    const Weight first({hidden, layer.in_channels, layer.kernel});
    const Weight second({layer.out_channels, hidden, 1});
    AppendConvolution(name + ".block.1.conv", first.shape, first.values, hidden, tensors_);
    AppendConvolution(name + ".block.3.conv", second.shape, second.values, layer.out_channels,
                      tensors_);
  }
  void Lstm(const std::string& name, int64_t width) {
    for (const char* part : {"weight_ih_l0", "weight_hh_l0"}) {
      Add(StrCat(name, ".lstm.", part), {4 * width, width});
    }
    for (const char* part : {"bias_ih_l0", "bias_hh_l0"}) {
      Add(StrCat(name, ".lstm.", part), {4 * width});
    }
  }
  void Add(const std::string& name, const Shape& shape, float value = 0) {
    tensors_->push_back(
        {name, shape, std::vector<float>(static_cast<size_t>(NumElements(shape)), value)});
  }

 private:
  std::vector<CodecTensor>* tensors_;
};

// Channel q · places + c at one step becomes channel c at step q of the stride.
Weight Spread(const SeanetLayer& layer, int64_t channels) {
  Weight weight({layer.in_channels, layer.out_channels, layer.kernel});
  const int64_t left = channels / layer.stride;
  for (int64_t q = 0; q < layer.stride; ++q) {
    for (int64_t c = 0; c < left; ++c) {
      weight.at(q * left + c, c, Tap(q, layer.stride)) = 1;
    }
  }
  return weight;
}

// The way back.
Weight Gather(const SeanetLayer& layer, int64_t channels) {
  Weight weight({layer.out_channels, layer.in_channels, layer.kernel});
  for (int64_t q = 0; q < layer.stride; ++q) {
    for (int64_t c = 0; c < channels; ++c) {
      weight.at(q * channels + c, c, Tap(q, layer.stride)) = 1;
    }
  }
  return weight;
}

// A convolution over seven frames: `map` has rows by frame, then channel.
Weight OverFrames(const SeanetLayer& layer, const Matrix& map, float scale) {
  Weight weight({layer.out_channels, layer.in_channels, layer.kernel});
  for (int64_t out = 0; out < layer.out_channels; ++out) {
    for (int64_t in = 0; in < layer.in_channels; ++in) {
      for (int64_t tap = 0; tap < layer.kernel; ++tap) {
        weight.at(out, in, tap) = scale * map(tap * layer.in_channels + in, out);
      }
    }
  }
  return weight;
}

// Of one sample, at the middle of the kernel.
Weight Middle(const SeanetLayer& layer, float value) {
  Weight weight({layer.out_channels, layer.in_channels, layer.kernel});
  weight.at(0, 0, layer.kernel / 2) = value;
  return weight;
}

// The same map with coefficients of unit gain, so that all signals have about one size.
LinearDecoder Balanced(LinearDecoder decoder) {
  for (Index i = 0; i < decoder.from_latent.cols(); ++i) {
    const float length = std::max(decoder.from_latent.col(i).norm(), 1e-12f);
    decoder.from_latent.col(i) /= length;
    decoder.to_frame.row(i) *= length;
  }
  return decoder;
}

void AddDecoder(const codec::CodecConfig& config, const LinearDecoder& linear, Builder* builder) {
  const LinearDecoder map = Balanced(linear);
  int64_t channels = 0;  // that carry samples
  for (const SeanetLayer& layer : codec::DecoderLayout(config)) {
    const std::string name = StrCat("decoder.layers.", layer.index);
    if (layer.kind == Kind::kLstm) {
      builder->Lstm(name, layer.in_channels);
    } else if (layer.kind == Kind::kResidualUnit) {
      builder->ResidualUnit(name, layer, config.compress);
    } else if (layer.kind == Kind::kConv) {
      builder->Convolution(
          name, layer,
          channels == 0 ? OverFrames(layer, map.from_latent, kSmall) : Middle(layer, 1 / kSmall));
    } else if (channels == 0) {
      channels = kFrameSamples / layer.stride;
      Weight weight({layer.in_channels, layer.out_channels, layer.kernel});
      for (int64_t in = 0; in < layer.in_channels; ++in) {
        for (int64_t sample = 0; sample < kFrameSamples; ++sample) {
          weight.at(in, sample % channels, Tap(sample / channels, layer.stride)) =
              map.to_frame(in, sample);
        }
      }
      builder->Convolution(name, layer, weight);
    } else {
      builder->Convolution(name, layer, Spread(layer, channels));
      channels /= layer.stride;
    }
  }
}

void AddEncoder(const codec::CodecConfig& config, const LinearEncoder& map, Builder* builder) {
  int64_t channels = 0;
  for (const SeanetLayer& layer : codec::EncoderLayout(config)) {
    const std::string name = StrCat("encoder.layers.", layer.index);
    if (layer.kind == Kind::kLstm) {
      builder->Lstm(name, layer.in_channels);
    } else if (layer.kind == Kind::kResidualUnit) {
      builder->ResidualUnit(name, layer, config.compress);
    } else if (channels == 0) {
      builder->Convolution(name, layer, Middle(layer, kSmall));
      channels = 1;
    } else if (layer.stride == 1) {
      builder->Convolution(name, layer, OverFrames(layer, map.to_latent, 1 / kSmall));
    } else if (channels * layer.stride < kFrameSamples) {
      builder->Convolution(name, layer, Gather(layer, channels));
      channels *= layer.stride;
    } else {
      Weight weight({layer.out_channels, layer.in_channels, layer.kernel});
      for (int64_t out = 0; out < layer.out_channels; ++out) {
        for (int64_t sample = 0; sample < kFrameSamples; ++sample) {
          weight.at(out, sample % channels, Tap(sample / channels, layer.stride)) =
              map.from_frame(sample, out);
        }
      }
      builder->Convolution(name, layer, weight);
    }
  }
}

void AddCodebooks(const Codebooks& codebooks, std::vector<CodecTensor>* tensors) {
  for (size_t k = 0; k < codebooks.books.size(); ++k) {
    const Codebooks::Book& book = codebooks.books[k];
    Matrix embed = Matrix::Constant(compose::kCodebookSize, kLatentWidth, kUnusedRow);
    embed.topRows(book.rows()).setZero();
    embed.block(0, book.first_column, book.rows(), book.columns()) = book.embed;
    tensors->push_back({StrCat("quantizer.layers.", k, ".codebook.embed"),
                        {compose::kCodebookSize, kLatentWidth},
                        {embed.data(), embed.data() + embed.size()}});
  }
}

}  // namespace

codec::CodecConfig ComputedCodecConfig() {
  codec::CodecConfig config;
  config.num_filters = 16;
  config.latent_width = kLatentWidth;
  config.codebook_size = compose::kCodebookSize;
  config.num_lstm_layers = 1;
  config.pad_mode = nn::PadMode::kZero;
  return config;
}

std::vector<CodecTensor> CodecTensors(const Codebooks& codebooks, const LinearDecoder& decoder,
                                      const LinearEncoder& encoder) {
  const codec::CodecConfig config = ComputedCodecConfig();
  std::vector<CodecTensor> tensors;
  Builder builder(&tensors);
  AddEncoder(config, encoder, &builder);
  AddCodebooks(codebooks, &tensors);
  AddDecoder(config, decoder, &builder);
  return tensors;
}

}  // namespace musicgen::train
