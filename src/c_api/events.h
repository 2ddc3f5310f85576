#pragma once

#include <vector>

#include "musicgen/events.hpp"
#include "musicgen/musicgen.h"

struct mg_events {
  static constexpr char kName[] = "mg_events";
  std::vector<musicgen::Event> events;
};
