#include "serve/routes/g711.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace musicgen::serve {
namespace {

std::string Pcm(int sample) {
  return {static_cast<char>(sample & 0xFF), static_cast<char>(sample >> 8 & 0xFF)};
}

uint8_t Encode(G711Law law, int sample) {
  return static_cast<uint8_t>(EncodeG711(law, Pcm(sample)).at(0));
}

// As decoders do it, from the recommendation's tables.
int DecodeMu(uint8_t code) {
  const int bits = ~code & 0xFF;
  const int magnitude = (((bits & 0x0F) << 3) + 0x84) << (bits >> 4 & 7);
  return (bits & 0x80) != 0 ? 0x84 - magnitude : magnitude - 0x84;
}

int DecodeA(uint8_t code) {
  const int bits = code ^ 0x55;
  const int segment = bits >> 4 & 7;
  int magnitude = ((bits & 0x0F) << 4) + 8;
  if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
  return (bits & 0x80) != 0 ? magnitude : -magnitude;
}

TEST(G711, SilenceAndFullScaleAreTheKnownCodes) {
  EXPECT_EQ(Encode(G711Law::kMu, 0), 0xFF);
  EXPECT_EQ(Encode(G711Law::kMu, 32767), 0x80);
  EXPECT_EQ(Encode(G711Law::kMu, -32768), 0x00);
  EXPECT_EQ(Encode(G711Law::kA, 0), 0xD5);
  EXPECT_EQ(Encode(G711Law::kA, 32767), 0xAA);
  EXPECT_EQ(Encode(G711Law::kA, -32768), 0x2A);
}

TEST(G711, EverySampleComesBackWithinItsStep) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    const int step = std::max(16, std::abs(sample) / 16);
    EXPECT_LE(std::abs(DecodeA(Encode(G711Law::kA, sample)) - sample), step) << sample;
    const int mu_step = std::max(16, std::abs(sample) / 16 + 16);
    const int clipped = std::min(std::max(sample, -32635), 32635);
    EXPECT_LE(std::abs(DecodeMu(Encode(G711Law::kMu, sample)) - clipped), mu_step) << sample;
  }
}

TEST(G711, AHalfSampleIsLeftOut) { EXPECT_EQ(EncodeG711(G711Law::kMu, "abc").size(), 1U); }

}  // namespace
}  // namespace musicgen::serve
