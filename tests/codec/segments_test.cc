#include "codec/segments.h"

#include <gtest/gtest.h>

#include "codec/seanet_stream.h"
#include "codec/tiny_codec.h"

namespace musicgen::codec {
namespace {

std::vector<CodecConfig> Configs() {
  CodecConfig wide;
  CodecConfig narrow;
  narrow.num_filters = 1;
  CodecConfig deep;
  deep.upsampling_ratios = {8, 5, 4, 4, 2, 2};
  deep.num_residual_layers = 3;
  return {wide, narrow, deep, TinyConfig()};
}

TEST(SegmentsTest, CoverTheLayoutInOrder) {
  for (const CodecConfig& config : Configs()) {
    for (const auto& layout : {DecoderLayout(config), EncoderLayout(config)}) {
      size_t next = 0;
      for (const Segment& segment : PlanSegments(layout)) {
        EXPECT_EQ(segment.begin, next);
        EXPECT_LT(segment.begin, segment.end);
        EXPECT_LE(1, segment.frames);
        next = segment.end;
      }
      EXPECT_EQ(next, layout.size());
    }
  }
}

TEST(SegmentsTest, GrowShorterTowardsTheWaveform) {
  const CodecConfig config;
  const std::vector<Segment> segments = PlanSegments(DecoderLayout(config));
  EXPECT_GE(segments.size(), 3u);
  EXPECT_GE(segments.front().frames, 64);
  // The last begins behind the first upsamplings: in codec frames it is shorter.
  EXPECT_LT(segments.back().frames, 40 * 64);
}

// Ends of several segments meet the ends of chunks in every way.
TEST(SegmentsTest, AnyChunksGiveTheBitsOfOneShot) {
  const CodecConfig config = TinyConfig();
  const Seanet nets[] = {
      Seanet(config, EncoderLayout(config), TinySource(), StrCat(TinyPrefix(), "encoder.layers."),
             kernels::WeightFormat::kF32),
      Seanet(config, DecoderLayout(config), TinySource(), StrCat(TinyPrefix(), "decoder.layers."),
             kernels::WeightFormat::kF32)};
  for (const Seanet& net : nets) {
    const bool encoder = net.in_channels() == 1;
    const int64_t frames = encoder ? 70000 : 110;
    std::vector<float> x(static_cast<size_t>(frames * net.in_channels()));
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 2003) / 1000 - 1;
    ThreadPool pool(2);
    const auto run = [&](int64_t chunk) {
      SeanetStream stream(net);
      std::vector<float> values;
      for (int64_t t = 0; t < frames; t += chunk) {
        const int64_t count = std::min(chunk, frames - t);
        const auto out =
            stream.Push(pool, x.data() + t * net.in_channels(), count, t + count == frames);
        values.insert(values.end(), out.values, out.values + out.frames * net.out_channels());
      }
      return values;
    };
    const std::vector<float> whole = run(frames);
    for (const int64_t chunk :
         encoder ? std::vector<int64_t>{641, 5000, 40001} : std::vector<int64_t>{1, 7, 64, 109}) {
      EXPECT_EQ(run(chunk), whole) << chunk;
    }
  }
}

}  // namespace
}  // namespace musicgen::codec
