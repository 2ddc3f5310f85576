#include "serve/jobs/stream_resampler.h"

#include <gtest/gtest.h>

#include <random>

#include "musicgen/sounds.hpp"

namespace musicgen::serve {
namespace {

Waveform Noise(int64_t rate_hz, int64_t channels, int64_t samples) {
  std::mt19937 random(static_cast<uint32_t>(samples));
  std::normal_distribution<float> normal;
  Waveform sound(rate_hz, channels, samples);
  for (float& value : sound.values) value = normal(random);
  return sound;
}

void Append(Waveform& all, const Waveform& more) {
  Waveform joined(more.sample_rate_hz, more.channels, all.samples + more.samples);
  for (int64_t c = 0; c < more.channels; ++c) {
    if (all.samples > 0) std::copy_n(all.channel(c), all.samples, joined.channel(c));
    std::copy_n(more.channel(c), more.samples, joined.channel(c) + all.samples);
  }
  all = std::move(joined);
}

TEST(StreamResamplerTest, ChunksLeaveNoSeams) {
  std::mt19937 random(1);
  for (const int64_t to_hz : {24000, 48000, 44100, 22050, 16000, 8000, 32000, 96000}) {
    for (const int64_t channels : {1, 2}) {
      for (const int64_t samples : {640, 6400, 32000}) {
        for (const uint32_t most : {50u, 1000u, 20000u}) {
          if (most == 50 && samples > 6400) continue;  // takes long
          const Waveform sound = Noise(32000, channels, samples);
          const int64_t to_channels = random() % 2 == 0 ? channels : 3 - channels;
          const Waveform whole = ConvertAudio(sound, to_hz, to_channels);
          StreamResampler stream(32000, to_hz, to_channels);
          Waveform all;
          for (int64_t at = 0; at < samples;) {
            const int64_t next = std::min<int64_t>(samples, at + 1 + random() % most);
            Waveform chunk(32000, channels, next - at);
            for (int64_t c = 0; c < channels; ++c) {
              std::copy(sound.channel(c) + at, sound.channel(c) + next, chunk.channel(c));
            }
            Append(all, stream.Write(chunk));
            at = next;
          }
          Append(all, stream.Finish());
          ASSERT_EQ(all.samples, whole.samples) << to_hz << " Hz, " << samples;
          ASSERT_EQ(all.samples, stream.LengthOf(samples));
          ASSERT_EQ(all.values, whole.values) << to_hz << " Hz, " << samples << ", " << most;
        }
      }
    }
  }
}

TEST(StreamResamplerTest, NothingGivesNothing) {
  StreamResampler stream(32000, 24000, 1);
  EXPECT_EQ(stream.Finish().samples, 0);
}

}  // namespace
}  // namespace musicgen::serve
