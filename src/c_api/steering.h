#pragma once

#include "c_api/arguments.h"
#include "musicgen/events.hpp"
#include "musicgen/musicgen.h"

struct mg_steering {
  static constexpr char kName[] = "mg_steering";
  musicgen::c_api::Locked<musicgen::Steering> steering;
};
