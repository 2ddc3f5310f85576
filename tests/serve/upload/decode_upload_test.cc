#include "serve/upload/decode_upload.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include "children.h"
#include "complaint.h"
#include "fixtures_directory.h"
#include "flac_bomb.h"
#include "musicgen/sound_files.hpp"
#include "musicgen/sounds.hpp"

// libvorbis forgets some memory of a file that breaks off; here DecodeAudio meets such.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libvorbis.so\n";
}

namespace musicgen::serve {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Waveform Tones(int64_t rate_hz, int64_t channels, double seconds) {
  Waveform wave(rate_hz, channels, static_cast<int64_t>(seconds * static_cast<double>(rate_hz)));
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t n = 0; n < wave.samples; ++n) {
      wave.channel(c)[n] = 0.4f * std::sin(0.05f * static_cast<float>((c + 1) * n));
    }
  }
  return wave;
}

std::string FileOf(const Waveform& wave, AudioFormat format) {
  const std::vector<uint8_t> bytes = EncodeAudio(wave, {format});
  return {bytes.begin(), bytes.end()};
}

// What came of it: "rate × channels × samples" and the samples, or the complaint.
struct Outcome {
  std::string words;
  std::vector<float> values;
  bool operator==(const Outcome&) const = default;
};
Outcome OutcomeOf(const std::function<Waveform()>& decode) {
  Waveform wave;
  Outcome outcome;
  outcome.words = ComplaintOf([&] { wave = decode(); });
  if (outcome.words.empty()) {
    outcome.words = std::to_string(wave.sample_rate_hz) + " × " + std::to_string(wave.channels) +
                    " × " + std::to_string(wave.samples);
  }
  outcome.values = std::move(wave.values);
  return outcome;
}

void ExpectAsDecodeAudio(const std::string& bytes, const Excerpt& excerpt = {}) {
  const Outcome expected =
      OutcomeOf([&] { return DecodeAudio(bytes.data(), bytes.size(), "melody", excerpt); });
  const Outcome found = OutcomeOf([&] { return DecodeUpload(bytes, "melody", excerpt, {}); });
  EXPECT_EQ(found.words, expected.words);
  EXPECT_TRUE(found.values == expected.values);
}

std::string Complaint(const std::string& bytes, const UploadLimits& limits = {},
                      const UploadDecoder& decoder = {}) {
  return ComplaintOf([&] { DecodeUpload(bytes, "melody", {}, limits, decoder); });
}

double SecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int OpenDescriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  int count = 0;
  while (readdir(folder.get()) != nullptr) ++count;
  return count;
}

bool HasChildren() { return waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

const AudioFormat kFormats[] = {AudioFormat::kWav, AudioFormat::kFlac, AudioFormat::kOgg,
                                AudioFormat::kOpus, AudioFormat::kMp3};

TEST(DecodeUpload, GivesTheVerySamplesOfDecodeAudio) {
  for (const AudioFormat format : kFormats) {
    const std::string file = FileOf(Tones(44100, 2, 3.1), format);
    for (const Excerpt& excerpt : {Excerpt{}, {1, 0.5}, {-1.5, 0}, {2.9, 10}, {4, 0}}) {
      ExpectAsDecodeAudio(file, excerpt);
    }
  }
}

// Where FFmpeg is not, both refuse.
TEST(DecodeUpload, ReadsWhatFfmpegReads) {
  for (const char* name :
       {"aac.m4a", "alac.m4a", "video.mp4", "fragments.mp4", "picture_alone.mp4", "opus.webm",
        "vorbis.mkv", "adts.aac", "windows.wma", "wavpack.wv", "pcm.avi"}) {
    std::ifstream file(std::string(kFixturesDirectory) + "/audio/ffmpeg/" + name, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    ASSERT_FALSE(whole.empty()) << name;
    ExpectAsDecodeAudio(whole);
    ExpectAsDecodeAudio(whole, {0.1, 0.2});
    ExpectAsDecodeAudio(whole.substr(0, whole.size() / 2));
    std::string damaged = whole;
    for (size_t i = 60; i < damaged.size(); i += 97) damaged[i] = static_cast<char>(damaged[i] + 1);
    ExpectAsDecodeAudio(damaged);
  }
}

TEST(DecodeUpload, SaysOfBadFilesWhatDecodeAudioSays) {
  std::vector<std::string> files = {"",
                                    "x",
                                    std::string(5000, 'x'),
                                    "<!doctype html><html></html>",
                                    std::string(100000, '\0'),
                                    "RIFF",
                                    "fLaC",
                                    "OggS"};
  for (const AudioFormat format : kFormats) {
    const std::string whole = FileOf(Tones(32000, 1, 0.5), format);
    for (const double part : {0.01, 0.1, 0.5, 0.95}) {
      files.push_back(
          whole.substr(0, static_cast<size_t>(part * static_cast<double>(whole.size()))));
    }
    std::string damaged = whole;
    for (size_t i = 40; i < damaged.size(); i += 97) damaged[i] = static_cast<char>(damaged[i] + 1);
    files.push_back(damaged);
  }
  for (const std::string& file : files) ExpectAsDecodeAudio(file);
}

TEST(DecodeUpload, RefusesHoursOfSilenceSoon) {
  const std::string bomb = FlacBomb(10, 6000, 1);
  EXPECT_LT(bomb.size(), 50000U);
  const double seconds = SecondsOf([&] {
    EXPECT_EQ(Complaint(bomb), "melody: expected at most 600 s of sound, found more");
    EXPECT_EQ(Complaint(bomb, {.sound_s = 5}), "melody: expected at most 5 s of sound, found more");
  });
  EXPECT_LT(seconds, 10);
  // An excerpt of it is as good as any.
  ExpectAsDecodeAudio(bomb, {3600, 2});
}

TEST(DecodeUpload, KeepsTheLengthOfALimit) {
  const std::string file = FileOf(Tones(8000, 1, 5), AudioFormat::kWav);
  EXPECT_EQ(Complaint(file, {.sound_s = 5}), "");
  EXPECT_THAT(Complaint(file, {.sound_s = 4.999}), StartsWith("melody: expected at most 4.999 s"));
}

#if !defined(MUSICGEN_SANITIZED)
TEST(DecodeUpload, LimitsTheMemory) {
  const std::string bomb = FlacBomb(0.15, 655350, 8);
  const double seconds = SecondsOf([&] {
    EXPECT_EQ(Complaint(bomb, {.memory_bytes = 256 << 20}),
              "melody: expected sound that is decoded in 256 MiB of memory, found one that takes "
              "more");
  });
  EXPECT_LT(seconds, 10);
}
#endif

TEST(DecodeUpload, LimitsTheTime) {
  for (const char* name : {"hangs", "spins", "hangs-in-the-answer"}) {
    const double seconds = SecondsOf([&] {
      EXPECT_EQ(Complaint("x", {.seconds = 0.5}, Child(name)),
                "melody: expected sound that is decoded within 0.5 s, found one that takes longer");
    });
    EXPECT_LT(seconds, 5);
  }
  EXPECT_FALSE(HasChildren());
}

TEST(DecodeUpload, SurvivesItsDecoder) {
  for (const std::string& name : ForbiddenCalls()) {
    EXPECT_THAT(Complaint("x", {}, Child(name)),
                StartsWith("melody: expected a sound file, found one that its decoder"))
        << name;
  }
  for (const char* name : {"is-killed", "ends-in-the-answer", "says-nonsense", "says-too-much",
                           "says-too-long", "says-no-rate", "says-nothing", "says-no-number"}) {
    EXPECT_THAT(Complaint("x", {}, Child(name)),
                StartsWith("melody: expected a sound file, found one that its decoder"))
        << name;
  }
  EXPECT_EQ(Complaint("x", {}, Child("says-lines")), "a??b");
  EXPECT_EQ(Complaint("x", {}, Child("exits")),
            "failure: the decoder of uploads ended with status 3 and without an answer");
  EXPECT_THAT(Complaint("x", {}, {.program = "/does/not/exist"}),
              AllOf(StartsWith("failure: cannot start"), HasSubstr("No such file")));
  EXPECT_FALSE(HasChildren());
}

TEST(DecodeUpload, WaitsForNobodyWhoHasAnswered) {
  const double seconds =
      SecondsOf([] { EXPECT_EQ(Complaint("x", {}, Child("answers-and-stays")), ""); });
  EXPECT_LT(seconds, 5);
}

TEST(DecodeUpload, HandsOverNeitherKeysNorFiles) {
  setenv("MUSICGEN_API_KEY", "secret", 1);
  const int open_file = dup(STDERR_FILENO);
  for (const char* name : {"sees-the-key", "sees-a-file"}) {
    const Waveform seen = DecodeUpload("x", "melody", {}, {}, Child(name));
    EXPECT_EQ(seen.values.at(0), 0) << name;
  }
  close(open_file);
  unsetenv("MUSICGEN_API_KEY");
}

TEST(DecodeUpload, NamesTheFileInOneLine) {
  const std::string complaint = ComplaintOf([] { DecodeUpload("x", "a\nb", {}, {}); });
  EXPECT_THAT(complaint, StartsWith("a?b: expected a sound file"));
}

TEST(DecodeUpload, LeavesNothingBehind) {
  const std::string good = FileOf(Tones(8000, 1, 0.1), AudioFormat::kFlac);
  Complaint(good);
  const int descriptors = OpenDescriptors();
  for (int i = 0; i < 200; ++i) Complaint(i % 2 == 0 ? good : "junk");
  EXPECT_EQ(OpenDescriptors(), descriptors);
  EXPECT_FALSE(HasChildren());
}

TEST(DecodeUpload, WorksOnManyThreads) {
  const std::string file = FileOf(Tones(32000, 2, 1), AudioFormat::kFlac);
  const Waveform expected = DecodeAudio(file.data(), file.size(), "melody");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 6; ++n) {
        EXPECT_TRUE(DecodeUpload(file, "melody", {}, {}).values == expected.values);
        EXPECT_THAT(Complaint("junk"), StartsWith("melody: expected a sound file"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(HasChildren());
}

TEST(DecodeUpload, WorksWhereEndsOfChildrenAreIgnored) {
  std::signal(SIGCHLD, SIG_IGN);
  ExpectAsDecodeAudio(FileOf(Tones(8000, 1, 0.1), AudioFormat::kWav));
  EXPECT_THAT(Complaint("x", {}, Child("is-killed")), HasSubstr("does not survive"));
  std::signal(SIGCHLD, SIG_DFL);
}

}  // namespace
}  // namespace musicgen::serve
