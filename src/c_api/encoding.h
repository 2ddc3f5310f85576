#pragma once

#include "audio/encoding.h"
#include "c_api/arguments.h"
#include "musicgen/musicgen.h"

struct mg_encoding {
  static constexpr char kName[] = "mg_encoding";
  explicit mg_encoding(const musicgen::audio::Encoding& value) : encoding(value) {}
  musicgen::c_api::Locked<musicgen::audio::Encoding> encoding;
};
