// Melodies whose stems are separated before their chroma is taken, against AudioCraft with the same
// HT-Demucs.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "audio/read.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody.h"
#include "fixtures_directory.h"
#include "generate/golden_model.h"
#include "generate/stem_separator.h"

namespace musicgen {
namespace {

constexpr char kModel[] = "ac-tiny-melody";

std::string Demucs(const std::string& name = "") {
  return std::string(kFixturesDirectory) + "/demucs-tiny/" + name;
}

ModelOptions Options(ReferenceDialect reference = ReferenceDialect::kAuto, int threads = 2) {
  ModelOptions options = FixtureOptions(kModel, reference, Precision::kF32, threads);
  options.demucs = Demucs();
  return options;
}

GenerationRequest Request(size_t prompt, const std::string& melody,
                          StemsMode stems = StemsMode::kOn) {
  GenerationRequest request = Greedy(kPrompts[prompt], 1.0);
  request.melody = audio::ReadAudio(Demucs(melody));
  request.params.stems = stems;
  return request;
}

const Golden& Values() {
  static const Golden golden("demucs-tiny");
  return golden;
}

TEST(StemsGoldenTest, ChromaOfWhatIsLeft) {
  ThreadPool pool(2);
  generate::StemSeparator separator(Demucs(), "", nullptr);
  EXPECT_EQ(separator.Name().value(), "htdemucs 7d3e1a55");
  const conditioning::ChromaExtractor extractor;
  for (const std::string name : {"melody", "short"}) {
    const Waveform mono = conditioning::MelodySound(audio::ReadAudio(Demucs(name + ".wav")),
                                                    conditioning::Reference::kAudioCraft);
    const Waveform mix = separator.Mix(pool, mono, mono.samples);
    Chroma chroma = extractor.Energies(mix);
    conditioning::Normalize(chroma);
    EXPECT_LE(MaxAbsDiff(chroma.values, Values().Floats("chroma." + name + ".norm")), 1e-3);
    conditioning::OneHot(chroma);
    EXPECT_EQ(chroma.values, Values().Floats("chroma." + name)) << name;
  }
}

TEST(StemsGoldenTest, CodesAlone) {
  Model model(Options());
  for (const auto& [prompt, name] :
       {std::pair<size_t, std::string>{0, "melody"}, {1, "short"}, {0, "clip"}}) {
    ExpectCodes(model, {Request(prompt, name + ".wav")}, Values(), name + ".single.codes");
  }
  // Found where the user says, so that auto separates too; and off does not.
  ExpectCodes(model, {Request(0, "melody.wav", StemsMode::kAuto)}, Values(), "melody.single.codes");
  ExpectCodes(model, {Request(0, "melody.wav", StemsMode::kOff)}, Values(), "melody.off.codes");
  EXPECT_EQ(model.Stems(Request(0, "melody.wav")), "htdemucs 7d3e1a55");
  EXPECT_EQ(model.Stems(Request(0, "melody.wav", StemsMode::kOff)), "none");
  EXPECT_EQ(model.Stems(Greedy("", 1.0)), "");
}

// Each as it is alone; in AudioCraft's own batches the shorter one is padded first.
TEST(StemsGoldenTest, CodesInABatch) {
  GenerateOptions options;
  options.decode_audio = false;
  Model alone(Options(ReferenceDialect::kAuto, 1));
  const std::vector<GenerationRequest> requests = {
      Request(0, "melody.wav"), Request(1, "short.wav"), Request(0, "melody.wav", StemsMode::kOff)};
  const auto results = alone.Generate(requests, options);
  EXPECT_EQ(results[0].codes.values, GoldenCodes(Values(), "melody.single.codes").values);
  EXPECT_EQ(results[1].codes.values, GoldenCodes(Values(), "short.single.codes").values);
  EXPECT_EQ(results[2].codes.values, GoldenCodes(Values(), "melody.off.codes").values);
  Model batch(Options(ReferenceDialect::kAudioCraft));
  ExpectCodes(batch, {Request(0, "melody.wav"), Request(1, "short.wav")}, Values(),
              "melody.batch.codes");
}

// Every window's repeated melody is separated anew.
TEST(StemsGoldenTest, CodesOverWindows) {
  Model model(Options());
  GenerationRequest request = Request(0, "short.wav");
  request.params.max_duration_s = 4.0;
  request.params.duration_s = 7.0;
  request.params.extend_stride_s = 2.0;
  ExpectCodes(model, {request}, Values(), "long.codes");
}

// transformers separates nothing; whoever follows it by name gets that.
TEST(StemsGoldenTest, NeverLikeTransformersUnlessAskedFor) {
  Model model(Options(ReferenceDialect::kHuggingFace));
  EXPECT_EQ(model.Stems(Request(0, "short.wav", StemsMode::kAuto)), "none");
  EXPECT_EQ(model.Stems(Request(0, "short.wav", StemsMode::kOn)), "htdemucs 7d3e1a55");
}

TEST(StemsGoldenTest, SaysWhatIsMissing) {
  ModelOptions options = FixtureOptions(kModel);
  options.demucs = Demucs("nothing");
  try {
    const Model model(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("demucs: expected a file or directory of demucs"),
              std::string::npos);
  }
}

TEST(StemsGoldenTest, ScoresWithStems) {
  Model model(Options());
  const Codes codes = GoldenCodes(Values(), "melody.single.codes");
  const ScoreResult on = model.Score(Request(0, "melody.wav"), codes, false);
  const ScoreResult off = model.Score(Request(0, "melody.wav", StemsMode::kOff), codes, false);
  EXPECT_NE(on.cross_entropy, off.cross_entropy);
}

TEST(StemsGoldenTest, ProvenanceSaysWhichWeightsRan) {
  Model model(Options());
  EXPECT_NE(model.Provenance(Request(0, "short.wav")).find("\"stems\":\"htdemucs 7d3e1a55\""),
            std::string::npos);
  EXPECT_NE(model.Provenance(Request(0, "short.wav", StemsMode::kOff)).find("\"stems\":\"none\""),
            std::string::npos);
  EXPECT_EQ(model.Provenance(Greedy("x", 1.0)).find("stems"), std::string::npos);
}

// Segments that nobody needs are left out, and change nothing; one melody is separated once.
TEST(StemSeparatorTest, SeparatesWhatIsWantedAndOnce) {
  ThreadPool pool(2);
  int begun = 0, segments = 0;
  generate::StemSeparator separator(Demucs(), "", [&](const std::string& sentence) {
    (sentence.find("separating") != std::string::npos ? begun : segments)++;
  });
  const Waveform mono = conditioning::MelodySound(audio::ReadAudio(Demucs("melody.wav")),
                                                  conditioning::Reference::kAudioCraft);
  const Waveform whole = separator.Mix(pool, mono, mono.samples);
  EXPECT_EQ(segments, 4);
  const Waveform first = separator.Mix(pool, mono, 40000);
  EXPECT_EQ(segments, 5);
  ASSERT_EQ(first.samples, 40000);
  EXPECT_TRUE(std::equal(first.values.begin(), first.values.end(), whole.values.begin()));
  separator.Mix(pool, mono, 40000);
  EXPECT_EQ(begun, 2);
}

// The fixture's network with segments as long as the published one's.
std::string PublishedLengths() {
  std::ifstream in(Demucs("7d3e1a55.safetensors"), std::ios::binary);
  std::string file((std::istreambuf_iterator<char>(in)), {});
  const std::string tiny = "\\\"denominator\\\": 20}", published = "\\\"denominator\\\":  5}";
  const size_t at = file.find(tiny);
  EXPECT_NE(at, std::string::npos);
  if (at != std::string::npos) file.replace(at, tiny.size(), published);
  std::string path = testing::TempDir() + "htdemucs.safetensors";
  std::ofstream(path, std::ios::binary) << file;
  return path;
}

// Another note every half second, in noise.
Waveform Song(double duration_s) {
  constexpr int64_t kRate = 32000;
  Waveform song(kRate, 1, static_cast<int64_t>(duration_s * kRate));
  std::mt19937 random(7);
  double step = 0;
  for (int64_t i = 0; i < song.samples; ++i) {
    if (i % (kRate / 2) == 0) step = 0.043 * std::exp2(static_cast<double>(random() % 24) / 12.0);
    const double noise = static_cast<double>(random()) / 4294967296.0 - 0.5;
    song.values[static_cast<size_t>(i)] =
        static_cast<float>(0.3 * std::sin(step * static_cast<double>(i)) + 0.1 * noise);
  }
  return song;
}

// Of a song, what lies behind the chroma's reach changes nothing, at the published lengths.
TEST(StemSeparatorTest, ALongSongsChromaNeedsItsBeginningAlone) {
  ThreadPool pool(2);
  std::vector<std::string> told;
  generate::StemSeparator separator(PublishedLengths(), "",
                                    [&](const std::string& sentence) { told.push_back(sentence); });
  const Waveform song = Song(62);
  const conditioning::ChromaExtractor extractor;
  constexpr int64_t kFrames = 235;
  const int64_t wanted = conditioning::ChromaSamples(extractor.config(), kFrames);
  const Waveform beginning = separator.Mix(pool, song, wanted);
  ASSERT_FALSE(told.empty());
  EXPECT_NE(told.front().find("separating 37 s"), std::string::npos) << told.front();
  EXPECT_NE(told.front().find("(6 segments)"), std::string::npos) << told.front();
  told.clear();
  const Waveform whole = separator.Mix(pool, song, song.samples);
  EXPECT_NE(told.front().find("(11 segments)"), std::string::npos) << told.front();
  ASSERT_EQ(beginning.samples, wanted);
  ASSERT_GE(whole.samples, wanted);
  EXPECT_TRUE(std::equal(beginning.values.begin(), beginning.values.end(), whole.values.begin()));
  const auto chroma = [&](const Waveform& mix) {
    return conditioning::MatchLength(extractor.Extract(mix), kFrames).values;
  };
  EXPECT_EQ(chroma(beginning), chroma(whole));
}

TEST(StemSeparatorTest, Stops) {
  ThreadPool pool(2);
  std::atomic<bool> stop = false;
  int segments = 0;
  generate::StemSeparator separator(Demucs(), "", [&](const std::string& sentence) {
    if (sentence.find(" of ") == std::string::npos) return;
    ++segments;
    stop = true;
  });
  const Waveform mono = conditioning::MelodySound(audio::ReadAudio(Demucs("melody.wav")),
                                                  conditioning::Reference::kAudioCraft);
  separator.Mix(pool, mono, mono.samples, &stop);
  EXPECT_EQ(segments, 1);
}

}  // namespace
}  // namespace musicgen
