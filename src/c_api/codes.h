#pragma once

#include <memory>
#include <utility>

#include "musicgen/codes.hpp"
#include "musicgen/musicgen.h"

struct mg_codes {
  static constexpr char kName[] = "mg_codes";
  std::shared_ptr<const musicgen::Codes> codes;
};

namespace musicgen::c_api {

inline std::shared_ptr<mg_codes> MakeCodes(Codes&& codes) {
  return std::make_shared<mg_codes>(mg_codes{std::make_shared<const Codes>(std::move(codes))});
}

}  // namespace musicgen::c_api
