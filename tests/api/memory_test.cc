// A process without memory is told so by an Error: the standard library's exceptions stay inside.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "fixtures_directory.h"
#include "musicgen/musicgen.hpp"

namespace musicgen {
namespace {

#if !defined(MUSICGEN_SANITIZED)  // they need the addresses

// Ends the process with 7 when `call` throws Error(kOutOfMemory) within so many more bytes.
[[noreturn]] void Starve(uint64_t bytes, const std::function<void()>& call) {
  unsigned long pages = 0;  // in use
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1) std::exit(6);
  std::fclose(file);
  rlimit limit = {};
  limit.rlim_cur = limit.rlim_max = pages * 4096 + bytes;
  setrlimit(RLIMIT_AS, &limit);
  try {
    call();
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(error.code() == ErrorCode::kOutOfMemory ? 7 : 8);
  }
  std::exit(9);
}

class MemoryDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(MemoryDeathTest, SoundFiles) {
  const auto encode = [] {
    const Waveform sound(32000, 2, 4 << 20);
    Starve(8 << 20, [&] { EncodeAudio(sound, AudioFormat::kWav, SampleFormat::kFloat32, ""); });
  };
  EXPECT_EXIT(encode(), testing::ExitedWithCode(7), "out of memory");
}

TEST_F(MemoryDeathTest, Pictures) {
  const auto plot = [] {
    const Waveform sound(44100, 1, 16 << 20);
    Starve(8 << 20, [&] { PlotAudio(sound); });
  };
  EXPECT_EXIT(plot(), testing::ExitedWithCode(7), "out of memory");
}

TEST_F(MemoryDeathTest, Models) {
  const auto encode = [] {
    ModelOptions options;
    options.model = std::string(kFixturesDirectory) + "/hf-tiny-mono";
    options.threads = 2;
    Model model(options);
    const Waveform sound(32000, 1, 16 << 20);
    Starve(8 << 20, [&] { model.Encode(sound); });
  };
  EXPECT_EXIT(encode(), testing::ExitedWithCode(7), "out of memory");
}

#endif

}  // namespace
}  // namespace musicgen
