// A test with a folder of its own, and sounds to put there.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "audio/wav_writer.h"
#include "musicgen/error.hpp"
#include "types/waveform.h"

namespace musicgen::train {

class InFolder : public ::testing::Test {
 protected:
  InFolder()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                (std::string("train_data_") +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~InFolder() override { std::filesystem::remove_all(folder_); }

  std::string At(const std::string& name) const { return (folder_ / name).string(); }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  // A sine of so many seconds; channel c sounds at (c + 1) · 220 Hz.
  void WriteSound(const std::string& name, double seconds, int64_t rate = 32000,
                  int64_t channels = 1) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    Waveform wave(rate, channels, static_cast<int64_t>(seconds * static_cast<double>(rate)));
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t i = 0; i < wave.samples; ++i) {
        wave.channel(c)[i] =
            0.5f * static_cast<float>(std::sin(2 * M_PI * 220 * static_cast<double>((c + 1) * i) /
                                               static_cast<double>(rate)));
      }
    }
    audio::WriteWav(wave, SampleFormat::kPcm16, {}, At(name));
  }

 private:
  std::filesystem::path folder_;
};

// What the call complains of.
template <class Call>
std::string Complaint(const Call& call) {
  try {
    call();
  } catch (const Error& problem) {
    return problem.what();
  }
  return "no complaint";
}

}  // namespace musicgen::train
