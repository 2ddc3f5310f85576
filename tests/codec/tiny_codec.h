// The EnCodec inside the tiny model of the fixtures.
#pragma once

#include <memory>
#include <string>

#include "checkpoint/config.h"
#include "checkpoint/safetensors.h"
#include "codec/codec.h"
#include "fixtures_directory.h"
#include "golden.h"
#include "types/codes.h"

namespace musicgen::codec {

inline const std::string& TinyDirectory() {
  static const std::string directory = std::string(kFixturesDirectory) + "/hf-tiny-mono";
  return directory;
}

inline const checkpoint::TensorSource& TinySource() {
  static const auto source = checkpoint::OpenSafetensorsDirectory(TinyDirectory());
  return *source;
}

inline const char* TinyPrefix() { return "audio_encoder."; }

inline CodecConfig TinyConfig() {
  return ReadCodecConfig(
      checkpoint::Config::ReadFile(TinyDirectory() + "/config.json").Object("audio_encoder"));
}

inline const Codec& TinyCodec() {
  static const Codec codec(TinyConfig(), TinySource(), TinyPrefix());
  return codec;
}

inline const Golden& TinyGolden() {
  static const Golden golden("hf-tiny-mono");
  return golden;
}

// Codes [K, T] of a golden tensor, or batch entry `item` of one [B, K, T].
inline Codes GoldenCodes(const std::string& name, int64_t item = 0) {
  const Shape shape = TinyGolden().ShapeOf(name);
  Codes codes(shape[shape.size() - 2], shape[shape.size() - 1]);
  const std::vector<int32_t> values = TinyGolden().Ints(name);
  const auto begin = values.begin() + item * static_cast<int64_t>(codes.values.size());
  codes.values.assign(begin, begin + static_cast<int64_t>(codes.values.size()));
  return codes;
}

}  // namespace musicgen::codec
