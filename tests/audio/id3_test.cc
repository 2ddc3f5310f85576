#include "audio/id3.h"

#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;

TEST(MakeId3, SaysThatItsTextIsUtf8) {
  const std::string tag = MakeId3({"us", "Café ♫"});
  EXPECT_EQ(tag,
            "ID3\4\0\0\0\0\0\x25"s + "TSSE\0\0\0\3\0\0\3us"s + "COMM\0\0\0\x0e\0\0\3eng\0Café ♫"s);
  EXPECT_EQ(SkipId3(tag + "rest"), "rest");
  EXPECT_EQ(MakeId3({"", ""}), "");
  const std::string mp3 =
      EncodeAudio(Tone(32000, 3200), AudioFormat::kMp3, SampleFormat::kPcm16, {"us", "Café ♫"});
  EXPECT_EQ(mp3.substr(0, tag.size()), tag);
}

TEST(SkipId3, SkipsWholeTagsAlone) {
  const std::string tag = "ID3\3\0\0\0\0\0\4abcd"s;
  const std::string with_footer = "ID3\4\0\x10\0\0\0\4abcd3DI\4\0\x10\0\0\0\4"s;
  EXPECT_EQ(SkipId3(tag + with_footer + "fLaC"), "fLaC");
  EXPECT_EQ(SkipId3(tag + std::string(50, '\0') + "fLaC"), "fLaC");
  EXPECT_EQ(SkipId3("fLaC"), "fLaC");
  const std::string lying = "ID3\3\0\0\x7f\x7f\x7f\x7f rest"s;
  EXPECT_EQ(SkipId3(lying), lying);
  EXPECT_EQ(SkipId3("ID3"), "ID3");
  EXPECT_EQ(SkipId3(""), "");
}

}  // namespace
}  // namespace musicgen::audio
