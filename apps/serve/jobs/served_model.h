// A model that clients may name.
#pragma once

#include <string>

#include "musicgen/model_options.hpp"

namespace musicgen::serve {

struct ServedModel {
  std::string id;  // its name to clients: as given on the command line
  ModelOptions options;
};

}  // namespace musicgen::serve
