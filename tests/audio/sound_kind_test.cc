#include "audio/sound_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audio/encode.h"
#include "audio/sound_files.h"

namespace musicgen::audio {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(OtherKind, IsNamedWithWhatToDo) {
  const std::pair<std::string, const char*> kinds[] = {
      {"\0\0\0\x20"
       "ftypM4A \0\0\0\0"s,
       "M4A"},
      {"\0\0\0\x20"
       "ftypisom\0\0\0\0"s,
       "MP4"},
      {"\0\0\0\x14"
       "ftypqt  \0\0\0\0"s,
       "QuickTime"},
      {"\x1a\x45\xdf\xa3 webm", "WebM"},
      {"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "WMA"},
      {"\xff\xf1\x50\x80\x2e\x7f\xfc\x21", "AAC"},
      {"\xff\xf9\x50\x80\x2e\x7f\xfc\x21", "AAC"},
      {"#!AMR\n", "AMR"},
      {"MThd\0\0\0\6"s, "MIDI"},
      {"RIFF\1\1\1\1AVI LIST", "AVI"}};
  for (const auto& [bytes, name] : kinds) {
    EXPECT_THAT(OtherKind(bytes, "x.wav"),
                AllOf(HasSubstr(name), HasSubstr("convert it first"), HasSubstr(" x.wav")));
  }
  // Behind a tag too, as streams have it.
  EXPECT_THAT(ReadingComplaint("ID3\4\0\0\0\0\0\2xxMThd\0\0\0\6"s), HasSubstr("found MIDI"));
}

TEST(OtherKind, KnowsWhatDownloadsLeave) {
  for (const std::string page : {"<!DOCTYPE html>\n<html>", "\xef\xbb\xbf \n<HTML lang=en>",
                                 "<?xml version='1.0'?><html xmlns=''>"}) {
    EXPECT_THAT(ReadingComplaint(page), HasSubstr("a web page (HTML)"));
  }
  EXPECT_THAT(ReadingComplaint("version https://git-lfs.github.com/spec/v1\noid"),
              HasSubstr("git lfs pull"));
  EXPECT_THAT(ReadingComplaint("PK\3\4 songs"), HasSubstr("ZIP archive: unpack"));
  EXPECT_THAT(ReadingComplaint("404: Not Found"), HasSubstr("a text that begins with '404: Not"));
  EXPECT_THAT(ReadingComplaint("\1\2\3\4"), HasSubstr("something else"));
}

// A tag does not make an MP3.
TEST(Decode, LooksBehindTheTag) {
  const std::string tag = "ID3\3\0\0\0\0\0\4abcd"s;
  const Waveform wave = Ramp(32000, 1, 500);
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kFlac}) {
    const std::string file = EncodeAudio(wave, format, SampleFormat::kPcm16, {});
    EXPECT_EQ(DecodeAudio(tag + file, "x").values, wave.values);
    EXPECT_EQ(DecodeAudio(tag + tag + file, "x").values, wave.values);
  }
  const std::string aiff = EncodeWithLibrary(SF_FORMAT_AIFF | SF_FORMAT_PCM_16, wave);
  EXPECT_EQ(DecodeAudio(tag + aiff, "x").values, wave.values);
}

}  // namespace
}  // namespace musicgen::audio
