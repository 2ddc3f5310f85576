#pragma once

#include <functional>
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
  mg_model(const musicgen::ModelOptions& options,
           const std::function<void(const std::string&)>& tell)
      : model(options, tell) {}
  musicgen::api::Model model;
};
