// 16-bit weights of the codec.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "codec/decode.h"
#include "codec/decoder_stream.h"
#include "codec/noise_source.h"
#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

using kernels::WeightFormat;

Codes SomeCodes(const Codec& codec, int64_t frames) {
  Codes codes(codec.config.num_quantizers, frames);
  for (size_t i = 0; i < codes.values.size(); ++i) {
    codes.values[i] = static_cast<int32_t>(i * 7919 % 2048);
  }
  return codes;
}

double SignalToNoiseDb(const std::vector<float>& signal, const std::vector<float>& other) {
  double power = 0, noise = 0;
  for (size_t i = 0; i < signal.size(); ++i) {
    const double difference = static_cast<double>(signal[i]) - other[i];
    power += static_cast<double>(signal[i]) * signal[i];
    noise += difference * difference;
  }
  return 10 * std::log10(power / noise);
}

double DecodedSnrDb(const CodecConfig& config, const checkpoint::TensorSource& source,
                    const std::string& prefix, WeightFormat format) {
  ThreadPool pool(2);
  const Codec wide(config, source, prefix);
  const Codec narrow(config, source, prefix, format);
  EXPECT_LT(narrow.bytes(), wide.bytes());
  const Codes codes = SomeCodes(wide, 40);
  return SignalToNoiseDb(Decode(pool, wide, codes).values, Decode(pool, narrow, codes).values);
}

// Rounding to bf16 errs by 2^-9/√3 of a weight, to f16 by an eighth: 59 and 77 dB for one layer. An
// LSTM's squashing makes it less audible than that; 50 dB is asked for.
TEST(WeightFormatsTest, SixteenBitWeightsSoundTheSame) {
  EXPECT_GE(DecodedSnrDb(TinyConfig(), TinySource(), TinyPrefix(), WeightFormat::kBF16), 59.0);
  EXPECT_GE(DecodedSnrDb(TinyConfig(), TinySource(), TinyPrefix(), WeightFormat::kF16), 77.0);
}

// Half the released width: the first transposed convolution counts as large.
TEST(WeightFormatsTest, SixteenBitLargeConvolutionsSoundTheSame) {
  CodecConfig config;
  config.num_filters = 32;
  const NoiseSource source(config);
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kBF16}) {
    EXPECT_GE(DecodedSnrDb(config, source, "", format), 59.0) << kernels::FormatName(format);
  }
}

TEST(WeightFormatsTest, ChunksAndThreadsChangeNothing) {
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kBF16}) {
    const Codec codec(TinyConfig(), TinySource(), TinyPrefix(), format);
    const Codes codes = SomeCodes(codec, 90);
    ThreadPool one(1), three(3);
    const std::vector<float> whole = Decode(one, codec, codes).values;
    EXPECT_EQ(Decode(three, codec, codes).values, whole);
    DecoderStream stream(codec);
    std::vector<float> samples;
    for (int64_t t = 0; t < 90;) {
      const int64_t end = std::min<int64_t>(90, t + 1 + t % 7);
      stream.Push(three, codes, {t, end}, end == 90, &samples);
      t = end;
    }
    EXPECT_EQ(samples, whole);
  }
}

}  // namespace
}  // namespace musicgen::codec
