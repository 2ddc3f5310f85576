#pragma once

#include <memory>
#include <string>

#include "api/model.h"
#include "c_api/arguments.h"
#include "musicgen/musicgen.h"

struct mg_model_options {
  static constexpr char kName[] = "mg_model_options";
  musicgen::c_api::Locked<musicgen::ModelOptions> options;
};

struct mg_model {
  static constexpr char kName[] = "mg_model";
  explicit mg_model(const musicgen::ModelOptions& options) : model(options) {}
  musicgen::api::Model model;
};
