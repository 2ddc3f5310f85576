// The decoder against transformers' EncodecModel. The reference's own error against float64 is
// about 5e-7 on sound of RMS 0.1 (golden.json); chains here are as long as its, so ten times that
// is demanded.
#include "codec/decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "codec/decoder_stream.h"
#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

constexpr double kTolerance = 5e-6;

TEST(DecodeTest, AgreesWithTheReference) {
  ThreadPool pool(2);
  for (const int frames : {1, 2, 3, 7, 25}) {
    const std::string name = StrCat("codec.decode.", frames);
    const Waveform waveform = Decode(pool, TinyCodec(), GoldenCodes(name + ".codes"));
    EXPECT_EQ(waveform.sample_rate_hz, 32000);
    EXPECT_EQ(waveform.channels, 1);
    EXPECT_EQ(waveform.samples, 640 * frames);
    EXPECT_LE(MaxAbsDiff(waveform.values, TinyGolden().Floats(name + ".audio")), kTolerance)
        << name;
  }
}

TEST(DecodeTest, AgreesWithTheReferenceOnABatch) {
  ThreadPool pool(1);
  const std::vector<float> expected = TinyGolden().Floats("codec.decode_batch.audio");
  for (int64_t item = 0; item < 2; ++item) {
    const Waveform waveform =
        Decode(pool, TinyCodec(), GoldenCodes("codec.decode_batch.codes", item));
    const std::span<const float> part(expected.data() + item * waveform.samples,
                                      static_cast<size_t>(waveform.samples));
    EXPECT_LE(MaxAbsDiff(waveform.values, part), kTolerance) << item;
  }
}

struct Activation {
  std::vector<float> values;  // [time][channel]
  int64_t channels = 0;
};

TEST(DecodeTest, EveryLayerAgreesWithTheReference) {
  std::map<int64_t, Activation> layers;
  DecoderStream stream(TinyCodec());
  stream.SetProbe([&](int64_t index, const float* values, int64_t frames, int64_t channels) {
    layers[index].values.insert(layers[index].values.end(), values, values + frames * channels);
    layers[index].channels = channels;
  });
  ThreadPool pool(1);
  std::vector<float> samples;
  stream.Push(pool, GoldenCodes("codec.act.decoder_codes"), true, &samples);
  // Those in between are activations: the next layer takes them on its way in.
  const std::vector<int64_t> indices = {-1, 0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15};
  ASSERT_EQ(layers.size(), indices.size());
  for (const int64_t index : indices) {
    const std::string name =
        index < 0 ? "codec.act.decoder_in" : StrCat("codec.act.decoder.layers.", index);
    ASSERT_TRUE(layers.count(index)) << name;
    const Activation& found = layers[index];
    const Shape shape = TinyGolden().ShapeOf(name);
    const std::vector<float> golden = TinyGolden().Floats(name);  // [channel][time]
    ASSERT_EQ(shape[0], found.channels) << name;
    ASSERT_EQ(golden.size(), found.values.size()) << name;
    std::vector<float> expected(golden.size());
    double largest = 0;
    for (int64_t t = 0; t < shape[1]; ++t) {
      for (int64_t c = 0; c < shape[0]; ++c) {
        expected[t * shape[0] + c] = golden[c * shape[1] + t];
        largest = std::max<double>(largest, std::abs(golden[c * shape[1] + t]));
      }
    }
    EXPECT_LE(MaxAbsDiff(found.values, expected), kTolerance * std::max(1.0, largest)) << name;
  }
}

TEST(DecodeTest, LongSoundsAgreeWithTheirPieces) {
  // Longer than what a push is cut into, decoded a frame at a time and at once.
  Codes codes(4, 150);
  for (size_t i = 0; i < codes.values.size(); ++i) {
    codes.values[i] = static_cast<int32_t>(i * 7919 % 2048);
  }
  ThreadPool pool(2);
  const Waveform whole = Decode(pool, TinyCodec(), codes);
  EXPECT_EQ(whole.samples, 150 * 640);
  DecoderStream stream(TinyCodec());
  std::vector<float> samples;
  for (int64_t t = 0; t < 150; ++t) {
    stream.Push(pool, codes, {t, t + 1}, t == 149, &samples);
  }
  EXPECT_EQ(samples, whole.values);
}

TEST(DecodeTest, StereoIsTwoInterleavedMonoSounds) {
  ThreadPool pool(2);
  const Codes left = GoldenCodes("codec.decode.7.codes");
  Codes right = left;
  for (int32_t& code : right.values) code = (code + 1000) % 2048;
  Codes both(8, 7), swapped(8, 7);
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 0; t < 7; ++t) {
      both.at(2 * k, t) = swapped.at(2 * k + 1, t) = left.at(k, t);
      both.at(2 * k + 1, t) = swapped.at(2 * k, t) = right.at(k, t);
    }
  }
  const Waveform stereo = Decode(pool, TinyCodec(), both, 2);
  EXPECT_EQ(stereo.channels, 2);
  EXPECT_EQ(stereo.samples, 7 * 640);
  std::vector<float> expected = Decode(pool, TinyCodec(), left).values;
  std::vector<float> expected_swapped = Decode(pool, TinyCodec(), right).values;
  const std::vector<float> mono_left = expected, mono_right = expected_swapped;
  expected.insert(expected.end(), mono_right.begin(), mono_right.end());
  expected_swapped.insert(expected_swapped.end(), mono_left.begin(), mono_left.end());
  EXPECT_EQ(stereo.values, expected);
  EXPECT_EQ(Decode(pool, TinyCodec(), swapped, 2).values, expected_swapped);
}

TEST(DecodeTest, RefusesCodesThatDoNotFit) {
  ThreadPool pool(1);
  const auto message = [&](const Codes& codes, int64_t channels) -> std::string {
    try {
      Decode(pool, TinyCodec(), codes, channels);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message(Codes(4, 0), 1), "codes: expected at least one frame, found none");
  EXPECT_EQ(message(Codes(5, 3), 1), "codes: expected 1 to 4 codebooks in multiples of 1, found 5");
  EXPECT_EQ(message(Codes(7, 3), 2), "codes: expected 2 to 8 codebooks in multiples of 2, found 7");
  EXPECT_EQ(message(Codes(0, 3), 1), "codes: expected 1 to 4 codebooks in multiples of 1, found 0");
  for (const int32_t bad : {2048, -1}) {
    Codes codes(4, 3);
    codes.at(2, 1) = bad;
    EXPECT_EQ(message(codes, 1), StrCat("codes: expected values from 0 to 2047, found ", bad,
                                        " in codebook 2 at frame 1"));
  }
}

}  // namespace
}  // namespace musicgen::codec
