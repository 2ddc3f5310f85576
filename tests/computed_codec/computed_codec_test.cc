#include "train/computed_codec/computed_codec.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "checkpoint/safetensors.h"
#include "checkpoint/side_files.h"
#include "codec/decode.h"
#include "codec/encoder.h"
#include "codec/expected_tensors.h"
#include "compose/song.h"
#include "compose/synthetic_tables.h"
#include "tensor/dtype.h"

namespace musicgen::train {
namespace {

constexpr int kFrames = 250;

double SiSnrDb(const std::vector<float>& estimate, const std::vector<float>& exact) {
  double energy = 0, product = 0, own = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    energy += static_cast<double>(exact[i]) * exact[i];
    product += static_cast<double>(exact[i]) * estimate[i];
    own += static_cast<double>(estimate[i]) * estimate[i];
  }
  const double signal = product * product / energy;
  return 10 * std::log10(signal / (own - signal));
}

Codes ToCodes(const std::vector<compose::FrameCodes>& frames) {
  Codes codes;
  codes.codebooks = compose::kBooks;
  codes.frames = static_cast<int64_t>(frames.size());
  for (size_t k = 0; k < compose::kBooks; ++k) {
    for (const auto& frame : frames) codes.values.push_back(frame[k]);
  }
  return codes;
}

// One codec for all tests: it takes seconds.
class ComputedCodecTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = testing::TempDir() + "/computed_codec_test." + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
    vocabulary_ = new compose::Vocabulary(compose::Palette::kRestricted);
    tables_ = new compose::FrameTables(compose::SyntheticTables(*vocabulary_));
    ComputeCodec(*vocabulary_, *tables_, {10, 300, 20, 150}, 1, folder_);
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(folder_);
    delete tables_;
    delete vocabulary_;
  }

  const codec::CodecConfig config_ =
      codec::ReadCodecConfig(checkpoint::FilesOfDirectory(folder_)->ReadConfig("config.json"));
  const std::unique_ptr<checkpoint::TensorSource> source_ =
      checkpoint::OpenSafetensors(folder_ + "/model.safetensors");
  ThreadPool pool_{1};

  static std::string folder_;
  static compose::Vocabulary* vocabulary_;
  static compose::FrameTables* tables_;
};
std::string ComputedCodecTest::folder_;
compose::Vocabulary* ComputedCodecTest::vocabulary_;
compose::FrameTables* ComputedCodecTest::tables_;

TEST_F(ComputedCodecTest, IsAnOrdinaryEnCodec) {
  EXPECT_EQ(config_.frame_rate(), 50);
  EXPECT_EQ(config_.num_quantizers, 4);
  checkpoint::CheckTensors(*source_, codec::ExpectedTensors(config_, *source_, ""), {}, true);
}

TEST_F(ComputedCodecTest, EveryValueIsOneOfF16) {
  for (const std::string& name : source_->Names()) {
    for (const float value : ToFloats(source_->Get(name))) {
      ASSERT_EQ(value, F16ToFloat(FloatToF16(value))) << name;
    }
  }
}

TEST_F(ComputedCodecTest, SongsSoundAsTheyShould) {
  const codec::Codec codec(config_, *source_, "");
  double sum = 0;
  for (uint64_t counter = 0; counter < 4; ++counter) {
    const auto song = compose::Compose(*vocabulary_, 77, counter, kFrames);  // not of the fit
    const Waveform wave = codec::Decode(pool_, codec, ToCodes(song.frames));
    const double db = SiSnrDb(wave.values, compose::RenderCodes(*tables_, song.frames));
    EXPECT_GT(db, 15) << counter;
    sum += db;
  }
  EXPECT_GT(sum / 4, 19);
}

TEST_F(ComputedCodecTest, SilenceIsSilent) {
  const codec::Codec codec(config_, *source_, "");
  const Waveform wave = codec::Decode(pool_, codec, ToCodes(std::vector<compose::FrameCodes>(20)));
  for (const float x : wave.values) ASSERT_EQ(x, 0);
}

TEST_F(ComputedCodecTest, EncodingFindsManyOfTheCodes) {
  const codec::Codec codec(config_, *source_, "");
  const codec::Encoder encoder(config_, *source_, "");
  const auto song = compose::Compose(*vocabulary_, 77, 1, kFrames);
  Waveform wave(32000, 1, kFrames * compose::kFrameSamples);
  wave.values = compose::RenderCodes(*tables_, song.frames);
  const Codes found = codec::Encode(pool_, encoder, wave, compose::kBooks);
  const Codes exact = ToCodes(song.frames);
  size_t right = 0;
  for (size_t i = 0; i < exact.values.size(); ++i) right += found.values[i] == exact.values[i];
  EXPECT_GT(right, exact.values.size() / 4);
  EXPECT_GT(SiSnrDb(codec::Decode(pool_, codec, found).values, wave.values), 8);
}

}  // namespace
}  // namespace musicgen::train
