// The HT-Demucs of the fixtures.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "audio/read.h"
#include "checkpoint/safetensors.h"
#include "fixtures_directory.h"
#include "separation/expected_tensors.h"
#include "separation/ht_demucs.h"

namespace musicgen::separation {

inline std::string TinyFile(const std::string& name) {
  return std::string(kFixturesDirectory) + "/demucs-tiny/" + name;
}

struct TinyDemucs {
  TinyDemucs() : source(checkpoint::OpenSafetensors(TinyFile("7d3e1a55.safetensors"), &metadata)) {
    config = ReadHtDemucsConfig(checkpoint::Config::Parse(metadata.at("kwargs"), "kwargs"));
    checkpoint::CheckTensors(*source, ExpectedTensors(config), {}, /*strict=*/true);
  }

  std::map<std::string, std::string> metadata;
  std::shared_ptr<const checkpoint::TensorSource> source;
  HtDemucsConfig config;
};

inline Waveform TinySound(const std::string& name) { return audio::ReadAudio(TinyFile(name)); }

}  // namespace musicgen::separation
