// HT-Demucs' files: every form holds the same network, and what is wrong with one is said.

#include "model/demucs_files.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/torch_zip_writer.h"
#include "fixtures_directory.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

constexpr char kPackage[] = "7d3e1a55-f3d5edff.th";

std::string Fixture(const std::string& name) {
  return std::string(kFixturesDirectory) + "/demucs-tiny/" + name;
}

class DemucsFilesTest : public testing::Test {
 protected:
  DemucsFilesTest()
      : folder_(fs::temp_directory_path() /
                (std::string("demucs_files_") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~DemucsFilesTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string Refusal(const std::string& path) {
    try {
      OpenDemucs(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      const std::string sentence = error.what();
      EXPECT_EQ(sentence.find('\n'), sentence.npos);
      return sentence;
    }
    return "";
  }
  static void ExpectRefusal(const std::string& path, const std::string& part) {
    const std::string sentence = Refusal(path);
    EXPECT_NE(sentence.find(part), sentence.npos) << "found: " << sentence;
  }

  fs::path folder_;
};

TEST_F(DemucsFilesTest, EveryFormHoldsTheSame) {
  const DemucsPart package = OpenDemucs(Fixture(kPackage));
  EXPECT_EQ(package.name, "htdemucs 7d3e1a55");
  EXPECT_EQ(package.signature, "7d3e1a55");
  EXPECT_EQ(package.config.segment_samples(), 85995);
  for (const std::string& form :
       {Fixture("7d3e1a55.safetensors"), Fixture("htdemucs.yaml"), Fixture("")}) {
    const DemucsPart part = OpenDemucs(form);
    EXPECT_EQ(part.signature, "7d3e1a55");
    EXPECT_EQ(part.config.sources, package.config.sources);
    ASSERT_EQ(part.tensors->Names().size(), 533u);
    for (const std::string& name : part.tensors->Names()) {
      const TensorView a = part.tensors->Get(name), b = package.tensors->Get(name);
      ASSERT_EQ(a.shape, b.shape) << name;
      ASSERT_EQ(a.dtype, b.dtype) << name;
      ASSERT_EQ(std::memcmp(a.data, b.data, a.bytes()), 0) << name;
    }
  }
}

TEST_F(DemucsFilesTest, VerifiesTheHashInTheName) {
  std::string bytes = Read(Fixture(kPackage));
  ExpectRefusal(Write("7d3e1a55-00000000.th", bytes),
                "expected a SHA-256 that begins with 00000000 as the name says, found f3d5edff");
  EXPECT_EQ(Refusal(Write("mine.th", bytes)), "");  // a name without one
}

// Packages of a pickle alone, in a container as torch.save writes it.
TEST_F(DemucsFilesTest, RefusesOtherPackages) {
  using namespace std::string_literals;
  const auto text = [](const std::string& t) {
    return "X"s + std::string(1, static_cast<char>(t.size())) + "\0\0\0"s + t;
  };
  const auto package = [&](const std::string& klass, const std::string& kwargs,
                           const std::string& state) {
    checkpoint::TorchZipWriter writer(Path("mine.th"), "archive");
    writer.Add("data.pkl", "\x80\2}("s + text("klass") + klass + text("kwargs") + kwargs +
                               text("state") + state + "u.");
    writer.Add("version", "3\n");
    writer.Commit();
    return Path("mine.th");
  };
  const std::string klass = "cdemucs.htdemucs\nHTDemucs\n";
  const std::string opaque = "c_codecs\nencode\n" + text("x") + text("latin1") + "\x86R";
  const std::string fraction = "cfractions\nFraction\n" + text("1/0") + "\x85R";
  ExpectRefusal(package("cdemucs.hdemucs\nHDemucs\n", "}", "}"),
                "global demucs.hdemucs.HDemucs is not one");
  ExpectRefusal(package("cposix\nsystem\n", "}", "}"), "global posix.system is not one");
  ExpectRefusal(package("N", "}", "}"), "klass: expected demucs.htdemucs.HTDemucs, found None");
  ExpectRefusal(package(klass, "N", "}"), "kwargs: expected a dict, found None");
  ExpectRefusal(package(klass, "}" + text("channels") + opaque + "s", "}"),
                "kwargs: expected numbers, texts and lists, found an object that is not read");
  ExpectRefusal(package(klass, "}" + text("segment") + fraction + "s", "}"), "the denominator 0");
  ExpectRefusal(package(klass, "}" + text("cac") + "\x89s", "}"),
                "kwargs: cac: expected true, found false (not supported)");
  ExpectRefusal(package(klass, "}", "}" + text("a") + opaque + "s"),
                "state: \"a\": expected a tensor, found an object that is not read");
  ExpectRefusal(package(klass, "}", "}"), "missing");  // all of the published network's tensors
  // A dict that holds itself.
  ExpectRefusal(package(klass, "}q\1" + text("a") + "h\1s"s, "}"),
                "kwargs: expected the arguments");
}

TEST_F(DemucsFilesTest, SafetensorsWithoutMetadataAreThePublishedNetwork) {
  const auto source = checkpoint::OpenSafetensors(Fixture("7d3e1a55.safetensors"));
  std::vector<checkpoint::TensorToWrite> tensors;
  for (const std::string& name : source->Names()) {
    const TensorView view = source->Get(name);
    tensors.push_back({name, view.dtype, view.shape, view.data});
  }
  checkpoint::WriteSafetensors(Path("htdemucs.safetensors"), tensors, {});
  ExpectRefusal(Path("htdemucs.safetensors"), "encoder.0.conv.bias");  // is of another shape
  checkpoint::WriteSafetensors(Path("other.safetensors"), tensors,
                               {{"klass", "demucs.hdemucs.HDemucs"}, {"kwargs", "{}"}});
  ExpectRefusal(Path("other.safetensors"),
                "klass: expected demucs.htdemucs.HTDemucs, found demucs.hdemucs.HDemucs");
  checkpoint::WriteSafetensors(Path("args.safetensors"), tensors,
                               {{"klass", "demucs.htdemucs.HTDemucs"}, {"args", "[1]"}});
  ExpectRefusal(Path("args.safetensors"), "args: expected an empty list");
}

TEST_F(DemucsFilesTest, YamlNamesOneNetworkBesideIt) {
  ExpectRefusal(Write("bag.yaml", "models: ['a', 'b']\n"),
                "models: expected one network, found 2 (bags of several, such as htdemucs_ft");
  ExpectRefusal(Write("none.yaml", "weights: [[1, 1, 1, 1]]\n"), "expected one network, found 0");
  ExpectRefusal(Write("up.yaml", "models: ['../x']\n"), "models: expected a signature");
  ExpectRefusal(Write("alone.yaml", "models: ['7d3e1a55']\n"),
                "expected 7d3e1a55.safetensors or 7d3e1a55-….th beside it, found neither");
  ExpectRefusal(Write("short.yaml", "models: ['7d3e1a55']\nsegment: 4\n"),
                "segment: expected none");
  fs::copy(Fixture(kPackage), Path(kPackage));
  EXPECT_EQ(OpenDemucs(Path("alone.yaml")).path, Path(kPackage));
}

TEST_F(DemucsFilesTest, DirectoriesHoldOne) {
  ExpectRefusal(folder_.string(), "expected htdemucs.yaml, *.th or *.safetensors of demucs");
  fs::copy(Fixture(kPackage), Path(kPackage));
  EXPECT_EQ(OpenDemucs(folder_.string()).path, Path(kPackage));
  fs::copy(Fixture(kPackage), Path("b.th"));
  ExpectRefusal(folder_.string(), "expected one file *.th of demucs, found");
}

TEST_F(DemucsFilesTest, TruncatedFilesAreRefused) {
  for (const std::string name : {kPackage, "7d3e1a55.safetensors"}) {
    const std::string bytes = Read(Fixture(name));
    const std::string suffix = fs::path(name).extension().string();
    for (const size_t size : {size_t{0}, size_t{7}, size_t{1000}, bytes.size() - 1}) {
      EXPECT_NE(Refusal(Write("cut" + suffix, bytes.substr(0, size))), "") << name << size;
    }
  }
}

TEST_F(DemucsFilesTest, FindsThemBesideTheModel) {
  fs::create_directories(folder_ / "models" / "mine");
  const auto beside = [&] { return FindDemucs("", (folder_ / "models" / "mine").string()); };
  fs::copy(Fixture(kPackage), folder_ / "models" / kPackage);
  EXPECT_TRUE(fs::equivalent(beside().value(), folder_ / "models" / kPackage));
  fs::copy(Fixture("htdemucs.yaml"), folder_ / "models" / "mine" / "htdemucs.yaml");
  EXPECT_TRUE(fs::equivalent(beside().value(), folder_ / "models" / "mine" / "htdemucs.yaml"));
  EXPECT_EQ(FindDemucs(Path("models"), "").value(), Path("models"));
  EXPECT_THROW(FindDemucs(Path("nothing"), ""), Error);
}

}  // namespace
}  // namespace musicgen::model
