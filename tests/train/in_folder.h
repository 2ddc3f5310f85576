// A folder of its own for a test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace musicgen::train {

class InFolder : public ::testing::Test {
 protected:
  InFolder()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~InFolder() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  // A folder of this name, made.
  std::string Folder(const std::string& name) const {
    std::filesystem::create_directories(folder_ / name);
    return Path(name);
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace musicgen::train
