// Values that contradict themselves are refused at the door, whoever made them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "api/refused.h"
#include "fixtures_directory.h"
#include "musicgen/bench.hpp"
#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

using testing::HasSubstr;

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

std::string Fixture(const std::string& name) {
  return std::string(kFixturesDirectory) + "/" + name;
}

// Written to by no test: a refused call leaves nothing behind.
std::string Nothing() {
  return testing::TempDir() + "musicgen_api_nothing_" +
         std::to_string(::testing::UnitTest::GetInstance()->random_seed());
}

Waveform Sound(int64_t rate, int64_t channels, int64_t samples, size_t values) {
  Waveform sound;
  sound.sample_rate_hz = rate;
  sound.channels = channels;
  sound.samples = samples;
  sound.values.resize(values);
  return sound;
}

// Each says more, less or other than it holds.
std::vector<Waveform> LyingSounds() {
  return {Sound(32000, 1, 1000, 0),
          Sound(32000, 1, 1000, 999),
          Sound(32000, 1, 1000, 1001),
          Sound(32000, 2, 1000, 1000),
          Sound(32000, 1, 0, 5),
          Sound(32000, 0, 0, 0),
          Sound(32000, 0, 100, 0),
          Sound(32000, -1, 100, 100),
          Sound(32000, 1, -1, 0),
          Sound(32000, -1, -1, 1),
          Sound(0, 1, 100, 100),
          Sound(-32000, 1, 100, 100),
          Sound(kHuge, 1, 100, 100),
          Sound(32000, kHuge, 0, 0),
          Sound(32000, 2, kHuge, 0),
          Sound(32000, int64_t{1} << 32, int64_t{1} << 32, 0),
          Sound(32000, 4, int64_t{1} << 62, 0)};
}

Codes Book(int64_t codebooks, int64_t frames, size_t values) {
  Codes codes;
  codes.codebooks = codebooks;
  codes.frames = frames;
  codes.values.resize(values);
  return codes;
}

std::vector<Codes> LyingCodes() {
  return {Book(4, 10, 0),    Book(4, 10, 39),  Book(4, 10, 41),   Book(4, -10, 0),
          Book(-4, -10, 40), Book(4, 0, 4),    Book(4, kHuge, 0), Book(4, int64_t{1} << 62, 0),
          Book(0, 10, 10),   Book(kHuge, 1, 4)};
}

class ModelArguments : public testing::Test {
 protected:
  static Model& Mono() {
    static Model model(Options("hf-tiny-mono"));
    return model;
  }
  static Model& Melody() {
    static Model model(Options("hf-tiny-melody"));
    return model;
  }
  static ModelOptions Options(const std::string& name) {
    ModelOptions options;
    options.model = Fixture(name);
    options.threads = 2;
    return options;
  }
  static GenerationRequest Short() {
    GenerationRequest request;
    request.prompt = "x";
    request.params.duration_s = 0.2;
    return request;
  }
};

TEST_F(ModelArguments, SoundsWhoseSizesDisagree) {
  for (const Waveform& sound : LyingSounds()) {
    SCOPED_TRACE(testing::Message() << sound.sample_rate_hz << " Hz, " << sound.channels << " × "
                                    << sound.samples << ", " << sound.values.size());
    EXPECT_THAT(Refused([&] { Mono().Encode(sound); }), HasSubstr("audio: "));
    GenerationRequest request = Short();
    request.audio_prompt = sound;
    EXPECT_THAT(Refused([&] { Mono().Generate({&request, 1}); }), HasSubstr("audio prompt: "));
    request = Short();
    request.melody = sound;
    EXPECT_THAT(Refused([&] { Melody().Generate({&request, 1}); }), HasSubstr("melody: "));
    EXPECT_THAT(Refused([&] { Melody().Score(request, Codes(4, 5), false); }),
                HasSubstr("melody: "));
  }
}

TEST_F(ModelArguments, SoundsThatAreNoNumbers) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Waveform sound(32000, 1, 1000);
    sound.values[500] = value;
    EXPECT_THAT(Refused([&] { Mono().Encode(sound); }), HasSubstr("sample 500"));
    GenerationRequest request = Short();
    request.audio_prompt = sound;
    EXPECT_THAT(Refused([&] { Mono().Generate({&request, 1}); }), HasSubstr("audio prompt: "));
    request = Short();
    request.melody = sound;
    EXPECT_THAT(Refused([&] { Melody().Generate({&request, 1}); }), HasSubstr("melody: "));
  }
}

TEST_F(ModelArguments, SoundsOfNothing) {
  EXPECT_THAT(Refused([&] { Mono().Encode(Waveform()); }), HasSubstr("audio: "));
  EXPECT_THAT(Refused([&] { Mono().Encode(Waveform(32000, 1, 0)); }), HasSubstr("audio: "));
  // Less than a sample of the codec's rate.
  EXPECT_THAT(Refused([&] { Mono().Encode(Waveform(640000, 1, 1)); }), HasSubstr("audio: "));
  GenerationRequest request = Short();
  request.audio_prompt = Waveform();  // stands for none
  EXPECT_EQ(Mono().Generate({&request, 1}).size(), 1u);
  // Nor is there anything to follow; AudioCraft's resampling also makes nothing of one short
  // sample.
  Model audiocraft(Options("ac-tiny-melody"));
  for (const Waveform& melody : {Waveform(), Waveform(32000, 1, 0), Waveform(640000, 1, 1)}) {
    request = Short();
    request.melody = melody;
    EXPECT_THAT(Refused([&] { audiocraft.Generate({&request, 1}); }), HasSubstr("melody: "));
    if (melody.samples == 0) {
      EXPECT_THAT(Refused([&] { Melody().Generate({&request, 1}); }), HasSubstr("melody: "));
    }
    // In windows, too, whose melody is cut anew.
    request.params.duration_s = 0.4;
    request.params.max_duration_s = 0.2;
    request.params.extend_stride_s = 0.1;
    EXPECT_THAT(Refused([&] { audiocraft.Generate({&request, 1}); }), HasSubstr("melody: "));
  }
}

TEST_F(ModelArguments, CodesWhoseSizesDisagree) {
  for (const Codes& codes : LyingCodes()) {
    SCOPED_TRACE(testing::Message()
                 << codes.codebooks << " × " << codes.frames << ", " << codes.values.size());
    EXPECT_THAT(Refused([&] { Mono().Decode(codes); }), HasSubstr("codes: "));
    EXPECT_THAT(Refused([&] { Mono().Score(Short(), codes, true); }), HasSubstr("codes: "));
  }
  Codes codes(4, 5);
  codes.at(3, 4) = -1;
  EXPECT_THAT(Refused([&] { Mono().Decode(codes); }), HasSubstr("codes: "));
  codes.at(3, 4) = 1 << 20;
  EXPECT_THAT(Refused([&] { Mono().Score(Short(), codes, false); }), HasSubstr("codes: "));
}

TEST_F(ModelArguments, NumbersOfThreads) {
  for (const int threads : {-1, 257, std::numeric_limits<int>::min()}) {
    ModelOptions options = Options("hf-tiny-mono");
    options.threads = threads;
    EXPECT_THAT(Refused([&] { Model model(options); }), HasSubstr("threads: "));
    EXPECT_THAT(Refused([&] { Convert(options, Nothing()); }), HasSubstr("threads: "));
    EXPECT_THAT(Refused([&] { Convert(options, Nothing() + ".gguf"); }), HasSubstr("threads: "));
    EXPECT_THAT(Refused([&] { BandwidthReader reader(threads); }), HasSubstr("threads: "));
  }
  EXPECT_THAT(Refused([&] { BandwidthReader reader(0); }), HasSubstr("threads: "));
  EXPECT_FALSE(std::filesystem::exists(Nothing()));
  EXPECT_FALSE(std::filesystem::exists(Nothing() + ".gguf"));
}

TEST_F(ModelArguments, WhatIsLoadedFor) {
  EXPECT_THAT(Refused([&] { Mono().Load(0); }), HasSubstr("streams"));
  EXPECT_THAT(Refused([&] { Mono().Load(-5); }), HasSubstr("streams"));
  for (const double duration_s : {0.0, -1.0, std::nan(""), 1e300}) {
    EXPECT_THAT(Refused([&] { Mono().Load(1, duration_s); }), HasSubstr("duration"));
  }
  Mono().Load();
}

TEST(SoundArguments, SizesThatDisagree) {
  for (const Waveform& sound : LyingSounds()) {
    SCOPED_TRACE(testing::Message() << sound.sample_rate_hz << " Hz, " << sound.channels << " × "
                                    << sound.samples << ", " << sound.values.size());
    Waveform copy = sound;
    for (const Strategy strategy :
         {Strategy::kLoudness, Strategy::kPeak, Strategy::kRms, Strategy::kClip, Strategy::kNone}) {
      EXPECT_NE(Refused([&] { Normalize(copy, strategy); }), "");
    }
    for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                     AudioFormat::kOpus, AudioFormat::kMp3}) {
      EXPECT_NE(Refused([&] { EncodeAudio(sound, format, SampleFormat::kPcm16, ""); }), "");
    }
    EXPECT_NE(Refused([&] { PlotAudio(sound); }), "");
    EXPECT_NE(Refused([&] { ExtractChroma(sound); }), "");
    EXPECT_NE(Refused([&] { ExtractChroma(sound, ReferenceDialect::kHuggingFace); }), "");
    if (sound.sample_rate_hz != 32000) continue;  // a chunk's is the stream's
    AudioStream stream({}, 32000, 1, 1000);
    EXPECT_NE(Refused([&] { stream.Write(sound); }), "");
  }
}

TEST(SoundArguments, SoundsOfNothing) {
  Waveform none(32000, 2, 0);
  for (const Strategy strategy :
       {Strategy::kLoudness, Strategy::kPeak, Strategy::kRms, Strategy::kClip, Strategy::kNone}) {
    Normalize(none, strategy);
    EXPECT_EQ(none.samples, 0);
  }
  EXPECT_NE(Refused([&] { PlotAudio(none); }), "");
  EXPECT_NE(Refused([&] { ExtractChroma(none); }), "");
}

TEST(SoundArguments, Streams) {
  using Numbers = std::vector<int64_t>;
  for (const Numbers& n :
       {Numbers{0, 1, 10}, Numbers{-1, 1, 10}, Numbers{kHuge, 1, 10}, Numbers{32000, 0, 10},
        Numbers{32000, -1, 10}, Numbers{32000, kHuge, 10}, Numbers{32000, 1, kHuge}}) {
    EXPECT_THAT(Refused([&] { AudioStream({}, n[0], n[1], n[2]); }), HasSubstr("stream: "));
  }
  AudioStream stream({}, 32000, 2, 4);
  EXPECT_EQ(stream.Write(Waveform(32000, 2, 0)).size(), 44u);
  EXPECT_EQ(stream.Write(Waveform(32000, 2, 3)).size(), 12u);
  EXPECT_THAT(Refused([&] { stream.Write(Waveform(32000, 1, 3)); }), HasSubstr("2 channels"));
  EXPECT_THAT(Refused([&] { stream.Write(Waveform(32000, 2, 2)); }), HasSubstr("4 samples"));
  EXPECT_THAT(Refused([&] { stream.Finish(); }), HasSubstr("4 samples"));
  EXPECT_EQ(stream.Write(Waveform(32000, 2, 1)).size(), 4u);
  EXPECT_TRUE(stream.Finish().empty());
  EXPECT_NE(Refused([&] { stream.Write(Waveform(32000, 2, 0)); }), "");
  EXPECT_NE(Refused([&] { stream.Finish(); }), "");
}

TEST(FileArguments, Codes) {
  const std::string path = Nothing();
  const CodesInfo info = {50, 32000, 2048};
  for (const Codes& codes : LyingCodes()) {
    EXPECT_THAT(Refused([&] { WriteCodes(path, {&codes, 1}, info); }), HasSubstr("codes: "));
  }
  EXPECT_THAT(Refused([&] { WriteCodes(path, {}, info); }), HasSubstr("samples"));
  const std::vector<Codes> uneven = {Codes(4, 5), Codes(4, 6)};
  EXPECT_THAT(Refused([&] { WriteCodes(path, uneven, info); }), HasSubstr("one shape"));
  Codes outside(4, 5);
  outside.at(0, 0) = 2048;
  EXPECT_THAT(Refused([&] { WriteCodes(path, {&outside, 1}, info); }), HasSubstr("2048"));
  const Codes good(4, 5);
  for (const CodesInfo& bad : {CodesInfo{-1, 32000, 2048}, CodesInfo{50, -1, 2048},
                               CodesInfo{50, 32000, -1}, CodesInfo{50, 32000, 1 << 20}}) {
    EXPECT_THAT(Refused([&] { WriteCodes(path, {&good, 1}, bad); }), HasSubstr("codes: "));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FileArguments, WhatIsWrittenCanBeRead) {
  const std::string path = testing::TempDir() + "musicgen_api_codes.safetensors";
  Codes codes(4, 5);
  codes.at(3, 4) = 65535;
  WriteCodes(path, {&codes, 1}, {});
  EXPECT_EQ(ReadCodes(path).at(0).values, codes.values);
  std::filesystem::remove(path);
}

TEST(FileArguments, ChromaAndLogits) {
  const std::string path = Nothing();
  for (const auto& [frames, classes, values] : std::vector<std::tuple<int64_t, int64_t, size_t>>{
           {3, 12, 0}, {3, 12, 35}, {-3, -12, 36}, {kHuge, 2, 0}, {0, 12, 12}}) {
    Chroma chroma;
    chroma.frames = frames;
    chroma.classes = classes;
    chroma.values.resize(values);
    EXPECT_THAT(Refused([&] { WriteChroma(path, chroma); }), HasSubstr("chroma: "));
  }
  ScoreResult score;  // as Score gives it when no logits were asked for
  score.codebooks = 4;
  score.frames = 5;
  score.codebook_size = 64;
  EXPECT_THAT(Refused([&] { WriteLogits(path, score); }), HasSubstr("conditional"));
  score.conditional.resize(4 * 5 * 64);
  score.unconditional.resize(4 * 5 * 64);
  EXPECT_THAT(Refused([&] { WriteLogits(path, score); }), HasSubstr("guided"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace musicgen
