// From a model's name to its files on this machine: what is missing is downloaded.
#pragma once

#include <functional>
#include <string>

#include "hub/download.h"

namespace musicgen::model {

struct FetchRequest {
  std::string
      model;  // as FindModel takes it; empty for Role::kDemucs: that in a cache or on the hub
  std::string revision;  // empty: what the name says, else main
  hub::ChoiceOptions choice;
  hub::Role role = hub::Role::kModel;
  // When not empty, the model's own need not be there.
  std::string text_encoder, codec, style_encoder;
  bool style = false;    // a style will be given: what hears it is wanted too
  bool stems = false;    // a melody's stems will be separated: what does so is wanted too
  bool refresh = false;  // ask the hub although the cache holds all
  std::string offline;   // what forbids requests; empty: nothing
};

// The model itself first: `path` of it is what OpenModel takes. What is whole in a cache or a
// folder causes no request, and then `bytes` is 0; neither does anything that is forbidden: then
// what there is is handed on, for OpenModel to judge. Stages that AudioCraft's files name and
// nobody has come along. Throws Error.
hub::Result FetchModel(const FetchRequest& request,
                       const std::function<bool(const hub::Progress&)>& progress);

}  // namespace musicgen::model
