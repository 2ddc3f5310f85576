#include "codec/encoder.h"

#include <gtest/gtest.h>

#include "codec/seanet_stream.h"
#include "codec/tiny_codec.h"
#include "golden.h"

namespace musicgen::codec {
namespace {

class EncoderTest : public testing::Test {
 protected:
  // The first `samples` of the golden waveform.
  Waveform Beginning(int64_t samples) const {
    const std::vector<float> all = golden_.Floats("codec.wav");
    Waveform waveform(encoder_.config.sample_rate_hz, 1, samples);
    std::copy_n(all.begin(), samples, waveform.values.begin());
    return waveform;
  }

  ThreadPool pool_{2};
  Golden golden_{"hf-tiny-mono"};
  Encoder encoder_{TinyConfig(), TinySource(), TinyPrefix()};
};

TEST_F(EncoderTest, CodesMatchTransformersAtEveryLength) {
  for (const int64_t samples : {1, 7, 100, 333, 639, 640, 1921, 12347, 16000}) {
    const std::string name = "codec.encode." + std::to_string(samples);
    const Codes codes = Encode(pool_, encoder_, Beginning(samples), 4);
    EXPECT_EQ(codes.frames, golden_.ShapeOf(name)[1]);
    EXPECT_EQ(codes.values, golden_.Ints(name)) << samples << " samples";
  }
}

TEST_F(EncoderTest, LatentsMatchTransformers) {
  const Waveform waveform = Beginning(12347);
  SeanetStream stream(encoder_.net);
  const SeanetStream::Output out =
      stream.Push(pool_, waveform.values.data(), waveform.samples, /*last=*/true);
  const Shape shape = golden_.ShapeOf("codec.encode_latent.12347");  // [D, T]
  ASSERT_EQ(out.frames, shape[1]);
  std::vector<float> transposed;
  for (int64_t d = 0; d < shape[0]; ++d) {
    for (int64_t t = 0; t < shape[1]; ++t) transposed.push_back(out.values[t * shape[0] + d]);
  }
  EXPECT_LE(MaxAbsDiff(transposed, golden_.Floats("codec.encode_latent.12347")), 2e-5);
}

TEST_F(EncoderTest, ThreadsAndSidesChangeNothing) {
  const Waveform left = Beginning(12347);
  const Codes expected = Encode(pool_, encoder_, left, 4);
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    EXPECT_EQ(Encode(pool, encoder_, left, 4).values, expected.values) << threads << " threads";
  }
  Waveform stereo(left.sample_rate_hz, 2, left.samples);
  std::copy(left.values.begin(), left.values.end(), stereo.channel(0));
  std::copy(left.values.rbegin(), left.values.rend(), stereo.channel(1));
  const Codes both = Encode(pool_, encoder_, stereo, 4);
  ASSERT_EQ(both.codebooks, 8);
  for (int64_t k = 0; k < 4; ++k) {
    for (int64_t t = 0; t < both.frames; ++t) ASSERT_EQ(both.at(2 * k, t), expected.at(k, t));
  }
}

TEST_F(EncoderTest, AnotherRateIsRefused) {
  Waveform waveform = Beginning(100);
  waveform.sample_rate_hz = 44100;
  EXPECT_THROW(Encode(pool_, encoder_, waveform, 4), Error);
}

}  // namespace
}  // namespace musicgen::codec
