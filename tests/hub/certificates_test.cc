#include "hub/certificates.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace musicgen::hub {
namespace {

namespace fs = std::filesystem;

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() {
    std::string pattern = testing::TempDir() + "certificates-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~CertificatesTest() override { fs::remove_all(folder_); }

  std::string Path(const char* name) const { return (folder_ / name).string(); }
  std::string File(const char* name) const {
    std::ofstream(Path(name)) << "-----BEGIN CERTIFICATE-----\n";
    return Path(name);
  }

  fs::path folder_;
};

TEST_F(CertificatesTest, TheLibrarysOwnAreLeftAlone) {
  EXPECT_EQ(OtherCertificates(File("own.crt"), {File("other.crt")}), "");
}

TEST_F(CertificatesTest, TheFirstThatIsThereStandsForMissingOnes) {
  const std::string second = File("second.crt"), third = File("third.crt");
  for (const std::string& own : {Path("own.crt"), std::string()}) {
    EXPECT_EQ(OtherCertificates(own, {Path("first.crt"), second, third}), second);
  }
}

TEST_F(CertificatesTest, AFolderIsNotAFile) {
  fs::create_directory(Path("folder"));
  EXPECT_EQ(OtherCertificates(Path("folder"), {Path("folder"), Path("none")}), "");
}

}  // namespace
}  // namespace musicgen::hub
