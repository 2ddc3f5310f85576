#include "serve/jobs/streamed_sound.h"

#include <atomic>

#include "musicgen/model.hpp"
#include "musicgen/sound_files.hpp"
#include "musicgen/sounds.hpp"
#include "serve/jobs/command_line.h"
#include "serve/jobs/jobs_fixture.h"

namespace musicgen::serve {
namespace {

// A client that takes so many bytes and then goes away.
class Client {
 public:
  explicit Client(size_t most = SIZE_MAX) : most_(most) {}
  ByteSink Sink() {
    return {[this](std::string bytes) {
              std::lock_guard<std::mutex> lock(mutex_);
              bytes_ += bytes;
              changed_.notify_all();
              return bytes_.size() <= most_;
            },
            [this](const JobStatus& status) {
              std::lock_guard<std::mutex> lock(mutex_);
              end_ = status;
              changed_.notify_all();
            }};
  }
  void WaitForBytes(size_t bytes) {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return bytes_.size() >= bytes; }));
  }
  std::string WaitForEnd(JobState expected = JobState::kDone) {
    std::unique_lock<std::mutex> lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return end_.has_value(); }));
    EXPECT_EQ(end_->state, expected);
    return bytes_;
  }

 private:
  const size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string bytes_;
  std::optional<JobStatus> end_;
};

std::string Submit(Jobs& jobs, Client& client, const SoundFormat& format, const JobRequest& order) {
  return jobs.Submit(order,
                     StreamSound(jobs, format, jobs.InfoOf(""), order.request, client.Sink()));
}

SoundFormat Named(const std::string& name, int64_t rate_hz = 0, int64_t channels = 0) {
  return {name, rate_hz, channels, 0};
}

TEST(StreamSoundTest, WavIsWhatTheCommandLineStreams) {
  if (kProgram == nullptr) GTEST_SKIP() << "the program is not built";
  for (const std::string model : {"hf-tiny-mono", "hf-tiny-stereo"}) {
    Jobs jobs({Fixture(model)}, {});
    Client client;
    const std::string id = Submit(jobs, client, Named("wav"), Order(7, 1.5, true));
    EXPECT_EQ(client.WaitForEnd(), Generated(model, "-s 7 -d 1.5", "-"));
    EXPECT_EQ(Files(jobs, id, "wav")[0], Generated(model, "-s 7 -d 1.5", "wav"));
  }
}

TEST(StreamSoundTest, PcmIsTheSamplesAtAnyRateAndInAnyChannels) {
  Model model(Fixture("hf-tiny-mono").options);
  GenerationRequest request = Order(3, 1.0).request;
  request.params.seed = 3;
  const Waveform sound = model.Generate(std::vector{request})[0].audio;
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  for (const int64_t rate_hz : {0, 24000, 44100, 48000}) {
    for (const int64_t channels : {1, 2}) {
      Client client;
      Submit(jobs, client, Named("pcm", rate_hz, channels), Order(3, 1.0, true));
      const int64_t to_hz = rate_hz == 0 ? sound.sample_rate_hz : rate_hz;
      const std::vector<uint8_t> wav = EncodeAudio(ConvertAudio(sound, to_hz, channels),
                                                   AudioFormat::kWav, SampleFormat::kPcm16, "");
      const std::string pcm = client.WaitForEnd();
      EXPECT_EQ(pcm.size(), static_cast<size_t>(to_hz * 2 * channels));
      EXPECT_NE((std::string{wav.begin(), wav.end()}).find(pcm), std::string::npos);
    }
  }
}

TEST(StreamSoundTest, EveryFormatIsReadAgain) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  for (const std::string name : {"wav", "mp3", "opus", "flac"}) {
    for (const int64_t rate_hz : {0, 24000}) {
      Client client;
      const std::string id = Submit(jobs, client, Named(name, rate_hz), Order(3, 2.0, true));
      const std::string bytes = client.WaitForEnd();
      const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
      const Waveform sound = DecodeAudio(data, bytes.size(), name);
      EXPECT_NEAR(sound.duration_s(), 2.0, 0.1) << name;
      EXPECT_EQ(sound.channels, 1);
      if (name != "wav" && name != "flac") {
        EXPECT_NE(bytes.find("\"seed\":3"), std::string::npos) << name;
      }
    }
  }
  EXPECT_EQ(RefusalOf([&] {
              Client client;
              Submit(jobs, client, Named("aac"), Order(1, 1.0, true));
            }).status,
            400);
  EXPECT_EQ(RefusalOf([&] {
              Client client;
              Submit(jobs, client, Named("pcm", 24001), Order(1, 1.0, true));
            }).param,
            "sample_rate");
  EXPECT_EQ(ContentType(Named("pcm", 24000), jobs.InfoOf("")), "audio/pcm;rate=24000;channels=1");
}

TEST(StreamSoundTest, EndlessSoundIsWholeWhereItIsCut) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  for (const std::string name : {"wav", "mp3", "flac"}) {
    Client client;
    const std::string id = Submit(jobs, client, Named(name), Order(3, kEndless, true));
    client.WaitForBytes(100000);
    jobs.Cancel(id);
    const std::string bytes = client.WaitForEnd(JobState::kCancelled);
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    EXPECT_GT(DecodeAudio(data, bytes.size(), name).samples, 10000) << name;
  }
}

TEST(StreamSoundTest, AClientThatGoesAwayEndsTheJob) {
  Jobs jobs({Fixture("hf-tiny-mono")}, {});
  Client client(50000);
  Submit(jobs, client, Named("wav"), Order(3, kEndless, true));
  EXPECT_LT(client.WaitForEnd(JobState::kCancelled).size(), 200000u);
  EXPECT_EQ(jobs.counts().running, 0);
}

}  // namespace
}  // namespace musicgen::serve
