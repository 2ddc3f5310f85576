#include "compose/clip_files.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "audio/wav_writer.h"
#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "compose/instruments.h"

namespace musicgen::compose {
namespace {

using checkpoint::JsonArray;
using checkpoint::JsonObject;
using checkpoint::JsonValue;

JsonValue List(const std::vector<std::string>& texts) {
  JsonArray list;
  for (const std::string& text : texts) list.push_back({text});
  return {std::move(list)};
}

JsonValue ToJson(const ClipText& text, double duration_s) {
  JsonObject track = checkpoint::MakeObject({{"title", {text.title}},
                                             {"artist", {text.artist}},
                                             {"key", {text.key}},
                                             {"bpm", {int64_t{text.bpm}}},
                                             {"genre", {text.genre}},
                                             {"moods", List(text.moods)},
                                             {"keywords", List(text.keywords)},
                                             {"description", {text.description}},
                                             {"name", {text.name}},
                                             {"instrument", {text.instrument}},
                                             {"sample_rate", {int64_t{kSampleRateHz}}},
                                             {"duration", {duration_s}},
                                             {"file_extension", {std::string("wav")}}});
  if (!text.attributes.empty()) {
    std::vector<checkpoint::JsonMember> attributes;
    for (const auto& [name, value] : text.attributes)
      attributes.push_back({name, {int64_t{value}}});
    checkpoint::Set(&track, "attributes", {checkpoint::MakeObject(std::move(attributes))});
  }
  if (!text.wrong_descriptions.empty()) {
    std::vector<checkpoint::JsonMember> wrong;
    for (const auto& [name, description] : text.wrong_descriptions)
      wrong.push_back({name, {description}});
    checkpoint::Set(&track, "wrong_descriptions", {checkpoint::MakeObject(std::move(wrong))});
  }
  return {std::move(track)};
}

}  // namespace

ClipFolder::ClipFolder(const std::string& folder)
    : folder_(std::filesystem::absolute(folder).lexically_normal().string()) {
  MakeFolders(folder_);
}

void ClipFolder::Add(const std::vector<float>& sound, const ClipText& text) {
  char number[16];
  std::snprintf(number, sizeof number, "%05d", count_++);
  const std::string stem = folder_ + "/" + number;
  Waveform wave(kSampleRateHz, 1, static_cast<int64_t>(sound.size()));
  wave.values = sound;
  audio::WriteWav(wave, SampleFormat::kPcm16, {}, stem + ".wav");
  WriteWhole(stem + ".json", checkpoint::ToJson(ToJson(text, wave.duration_s())) + "\n");
  float peak = 0;
  for (const float x : sound) peak = std::max(peak, std::abs(x));
  manifest_ +=
      checkpoint::ToJson({checkpoint::MakeObject({{"path", {stem + ".wav"}},
                                                  {"duration", {wave.duration_s()}},
                                                  {"sample_rate", {int64_t{kSampleRateHz}}},
                                                  {"amplitude", {double{peak}}},
                                                  {"weight", {}},
                                                  {"info_path", {}}})}) +
      "\n";
}

void ClipFolder::Finish() { WriteWhole(folder_ + "/data.jsonl", manifest_); }

}  // namespace musicgen::compose
