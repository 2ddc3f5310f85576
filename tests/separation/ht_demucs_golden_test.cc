// HT-Demucs against demucs itself on the same file, stage by stage.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "audio/convert.h"
#include "audio/resample.h"
#include "kernels/isa.h"
#include "separation/segment_spectrum.h"
#include "separation/separate.h"
#include "separation/stem_golden.h"

namespace musicgen::separation {
namespace {

constexpr BranchKind kFrequency = BranchKind::kFrequency, kTime = BranchKind::kTime;

float Gelu(float x) { return 0.5f * x * (1.0f + std::erf(x * 0.70710678f)); }

Moments MomentsOf(const Plane& x) {
  Moments moments;
  moments.Add(x.values.data(), x.elements());
  return moments;
}

Scaling Rescale(Plane* x) {
  const Moments moments = MomentsOf(*x);
  const Scaling scaling = ScalingOf({&moments, 1});
  TakeOff(scaling, x->elements(), x->values.data());
  return scaling;
}

class HtDemucsGoldenTest : public testing::Test {
 protected:
  // One segment: the clip between zeros.
  Waveform Segment() const {
    const std::vector<int64_t> pad = golden_.config().Ints("clip_pad", {}, 0, 1 << 20, 2);
    Waveform segment(clip_.sample_rate_hz, 2, pad.at(0) + clip_.samples + pad.at(1));
    for (int64_t c = 0; c < 2; ++c) {
      std::copy_n(clip_.channel(c), clip_.samples, segment.channel(c) + pad.at(0));
    }
    return segment;
  }

  std::vector<Waveform> Stems(ThreadPool& pool, const Waveform& sound,
                              const SeparateOptions& options = {}) const {
    return Separate(pool, network_, sound, EachStem(tiny_.config), options);
  }

  TinyDemucs tiny_;
  StemGolden golden_;
  Waveform clip_ = TinySound("clip.wav");
  ThreadPool pool_{2};
  HtDemucs network_{pool_, tiny_.config, *tiny_.source};
};

TEST_F(HtDemucsGoldenTest, EveryStage) {
  BlockScratch scratch(pool_.size());
  const Waveform segment = Segment();
  ASSERT_EQ(segment.samples, tiny_.config.segment_samples());
  Plane spectrum = SegmentSpectrum(pool_, tiny_.config, segment);
  golden_.ExpectPlane("spec", spectrum);
  const Scaling of_spectrum = Rescale(&spectrum);
  Plane wave(1, segment.samples, 2);
  for (int64_t i = 0; i < segment.samples; ++i) {
    for (int64_t c = 0; c < 2; ++c) wave.row(0, i)[c] = segment.channel(c)[i];
  }
  const Scaling of_wave = Rescale(&wave);
  EXPECT_NEAR(of_spectrum.deviation, golden_.config().Numbers("spec_mean_std", {}, -1, 1, 2).at(1),
              1e-7);
  EXPECT_NEAR(of_wave.deviation, golden_.config().Numbers("wave_mean_std", {}, -1, 1, 2).at(1),
              1e-7);

  // Encoders; of the first, its steps.
  std::vector<Plane> skips[2];
  std::vector<int64_t> lengths[2];
  for (const BranchKind branch : {kFrequency, kTime}) {
    const size_t b = branch == kFrequency ? 0 : 1;
    const std::string name = b == 0 ? "act.enc." : "act.tenc.";
    Plane x = std::move(b == 0 ? spectrum : wave);
    for (int64_t i = 0; i < 4; ++i) {
      const EncoderLayer& encoder = network_.encoder(branch, i);
      const Plane& in = i == 0 ? x : skips[b].back();
      lengths[b].push_back(in.length);
      Plane y = encoder.Convolve(pool_, scratch, in, nullptr);
      // demucs' hook is between the convolution and GELU, whose slope is at most 1.13.
      if (i == 0) golden_.ExpectPlane(name + "0.conv", y, Gelu, 1.13);
      ASSERT_TRUE(encoder.AddResidual(pool_, scratch, &y, nullptr));
      if (i == 0) golden_.ExpectPlane(name + "0.dconv", y);
      ASSERT_TRUE(encoder.Rewrite(pool_, scratch, &y, nullptr));
      golden_.ExpectPlane(name + std::to_string(i), y);
      if (i == 0 && b == 0) {
        network_.AddFrequencyEmbedding(pool_, &y);
        golden_.ExpectPlane("act.enc.0.emb", y);
      }
      skips[b].push_back(std::move(y));
    }
  }

  // Tokens are [frame·bins + bin] here, and [bin·frames + frame] before the transformer there.
  const Plane& deep = skips[0].back();
  const int64_t bins = deep.length, frames = deep.lines, width = tiny_.config.transformer_width();
  Tokens tokens = {network_.ToTokens(pool_, kFrequency, deep),
                   network_.ToTokens(pool_, kTime, skips[1].back())};
  golden_.Expect("act.up", [&](const std::vector<int64_t>& i) {
    const int64_t row = i[1] % frames * bins + i[1] / frames;
    return tokens.frequency[static_cast<size_t>(row * width + i[0])];
  });
  golden_.Expect("act.tup", [&](const std::vector<int64_t>& i) {
    return tokens.time[static_cast<size_t>(i[1] * width + i[0])];
  });
  const auto expect_tokens = [&](const std::string& stage) {
    golden_.Expect("act.xf." + stage, [&](const std::vector<int64_t>& i) {
      return tokens.frequency[static_cast<size_t>(i[0] * width + i[1])];
    });
    golden_.Expect("act.txf." + stage, [&](const std::vector<int64_t>& i) {
      return tokens.time[static_cast<size_t>(i[0] * width + i[1])];
    });
  };
  network_.transformer().AddPositions(pool_, &tokens);
  expect_tokens("in");
  ASSERT_EQ(network_.transformer().layers(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(network_.transformer().RunLayer(pool_, scratch, i, &tokens, nullptr));
    expect_tokens(std::to_string(i));
  }

  Plane decoded[2];
  for (const BranchKind branch : {kFrequency, kTime}) {
    const size_t b = branch == kFrequency ? 0 : 1;
    const std::string name = b == 0 ? "act.dec." : "act.tdec.";
    Plane x(skips[b].back().lines, skips[b].back().length, skips[b].back().channels);
    network_.FromTokens(pool_, branch, b == 0 ? tokens.frequency : tokens.time, &x);
    golden_.Expect(b == 0 ? "act.down" : "act.tdown", [&](const std::vector<int64_t>& i) {
      return b == 0 ? x.row(i[1] % frames, i[1] / frames)[i[0]] : x.row(0, i[1])[i[0]];
    });
    for (int64_t j = 0; j < 4; ++j) {
      const size_t at = static_cast<size_t>(3 - j);
      x = network_.decoder(branch, j).Forward(pool_, scratch, x, skips[b][at], lengths[b][at],
                                              nullptr);
      golden_.ExpectPlane(name + std::to_string(j), x);
    }
    decoded[b] = std::move(x);
  }
  golden_.Expect("act.mask", [&](const std::vector<int64_t>& i) {
    return decoded[0].row(i[3], i[2])[i[0] * 4 + i[1]] * of_spectrum.deviation + of_spectrum.mean;
  });

  const std::vector<StemMix> mixes = EachStem(tiny_.config);
  std::vector<Waveform> stems = MixSpectra(pool_, tiny_.config, decoded[0], of_spectrum, mixes);
  golden_.ExpectStems("act.freq_wave", stems);
  golden_.Expect("act.time_wave", [&](const std::vector<int64_t>& i) {
    return decoded[1].row(0, i[2])[i[0] * 2 + i[1]] * of_wave.deviation + of_wave.mean;
  });
  AddWaves(pool_, tiny_.config, decoded[1], of_wave, mixes, &stems);
  golden_.ExpectStems("act.stems", stems);

  const std::vector<Waveform> whole = network_.Run(pool_, scratch, segment, mixes);
  ASSERT_EQ(whole.size(), stems.size());
  golden_.ExpectStems("act.stems", whole);
}

TEST_F(HtDemucsGoldenTest, StemsOfAClip) {
  int64_t done = 0, all = 0;
  SeparateOptions options;
  options.progress = [&](int64_t d, int64_t of) {
    EXPECT_EQ(d, done + 1);
    done = d;
    all = of;
  };
  const std::vector<Waveform> stems = Stems(pool_, clip_, options);
  golden_.ExpectStems("clip.stems", stems);
  EXPECT_EQ(done, 2);
  EXPECT_EQ(all, 2);
  EXPECT_EQ(CountSegments(tiny_.config, clip_.samples), 2);
}

TEST_F(HtDemucsGoldenTest, StemsAsDemucsOwnCommandMakesThem) {
  const Level level = MeasureLevel(clip_);
  EXPECT_NEAR(level.deviation, golden_.config().Numbers("clip_mean_std", {}, -1, 1, 2).at(1), 1e-7);
  Waveform sound = clip_;
  Normalize(level, &sound);
  std::vector<Waveform> stems = Stems(pool_, sound);
  for (Waveform& stem : stems) Denormalize(level, &stem);
  golden_.ExpectStems("clip.separate", stems);
}

TEST_F(HtDemucsGoldenTest, MixOfAMelody) {
  const Waveform melody = TinySound("melody.wav");
  const Waveform sound = audio::ConvertChannels(
      audio::ResampleJulius(audio::ConvertChannels(melody, 1), tiny_.config.sample_rate_hz), 2);
  golden_.Expect("melody.44k",
                 [&](const std::vector<int64_t>& i) { return sound.channel(i[0])[i[1]]; });
  golden_.ExpectStems("melody.stems", Stems(pool_, sound));
  const std::vector<std::string> names = {"vocals", "other"};
  const std::vector<StemMix> mixes = {SumOfStems(tiny_.config, names)};
  const std::vector<Waveform> mix = Separate(pool_, network_, sound, mixes);
  ASSERT_EQ(mix.size(), 1u);
  const Waveform mono = audio::ResampleJulius(mix[0], melody.sample_rate_hz);
  golden_.Expect("melody.mix",
                 [&](const std::vector<int64_t>& i) { return mono.channel(0)[i[1]]; });
}

// A shift of half a second is none.
TEST_F(HtDemucsGoldenTest, OneShiftIsNone) {
  const std::vector<Waveform> stems = Stems(pool_, clip_);
  SeparateOptions options;
  options.shifts = 1;
  EXPECT_EQ(Stems(pool_, clip_, options)[3].values, stems[3].values);
  options.shifts = 2;
  const std::vector<Waveform> shifted = Stems(pool_, clip_, options);
  EXPECT_EQ(shifted[3].samples, clip_.samples);
  EXPECT_NE(shifted[3].values, stems[3].values);
}

// What is not wanted is not computed, and changes nothing.
TEST_F(HtDemucsGoldenTest, TheBeginningAlone) {
  const std::vector<Waveform> stems = Stems(pool_, clip_);
  SeparateOptions options;
  options.wanted_samples = 50000;
  EXPECT_EQ(CountSegments(tiny_.config, clip_.samples, options), 1);
  const std::vector<Waveform> first = Stems(pool_, clip_, options);
  for (size_t s = 0; s < stems.size(); ++s) {
    ASSERT_EQ(first[s].samples, 50000);
    for (int64_t c = 0; c < 2; ++c) {
      ASSERT_TRUE(
          std::equal(first[s].channel(c), first[s].channel(c) + 50000, stems[s].channel(c)));
    }
  }
}

TEST_F(HtDemucsGoldenTest, SilenceGivesZeros) {
  for (const Waveform& stem : Stems(pool_, Waveform(44100, 2, 1000))) {
    EXPECT_TRUE(std::all_of(stem.values.begin(), stem.values.end(),
                            [](float value) { return value == 0.0f; }));
  }
}

TEST_F(HtDemucsGoldenTest, ThreadsDoNotMatter) {
  ThreadPool alone(1), three(3);
  const std::vector<Waveform> expected = Stems(pool_, clip_);
  const std::vector<Waveform> by_one = Stems(alone, clip_);
  const HtDemucs other(three, tiny_.config, *tiny_.source);
  const std::vector<Waveform> by_three = Separate(three, other, clip_, EachStem(tiny_.config));
  for (size_t s = 0; s < expected.size(); ++s) {
    EXPECT_EQ(by_one[s].values, expected[s].values);
    EXPECT_EQ(by_three[s].values, expected[s].values);
  }
}

TEST_F(HtDemucsGoldenTest, InstructionSetsDoNotMatter) {
  Waveform sound(44100, 2, 9000);
  for (int64_t c = 0; c < 2; ++c) std::copy_n(clip_.channel(c), 9000, sound.channel(c));
  const kernels::Isa before = kernels::ActiveIsa();
  std::vector<Waveform> expected;
  for (const kernels::Isa isa : kernels::SupportedIsas()) {
    kernels::ForceIsa(isa);
    const std::vector<Waveform> stems = Stems(pool_, sound);
    if (expected.empty()) expected = stems;
    for (size_t s = 0; s < stems.size(); ++s) {
      EXPECT_EQ(stems[s].values, expected[s].values) << kernels::IsaName(isa);
    }
  }
  kernels::ForceIsa(before);
}

TEST_F(HtDemucsGoldenTest, Stops) {
  std::atomic<bool> stop = true;
  SeparateOptions options;
  options.stop = &stop;
  EXPECT_TRUE(Stems(pool_, clip_, options).empty());
  stop = false;
  options.progress = [&](int64_t, int64_t) { stop = true; };
  EXPECT_TRUE(Stems(pool_, clip_, options).empty());
}

TEST_F(HtDemucsGoldenTest, CountsItsBytes) {
  int64_t values = 0;
  for (const auto& tensor : ExpectedTensors(tiny_.config)) values += NumElements(tensor.shape);
  EXPECT_EQ(values, 130328);
  EXPECT_GE(network_.bytes(), static_cast<size_t>(values) * 4);
}

}  // namespace
}  // namespace musicgen::separation
