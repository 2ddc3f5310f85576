// The subcommands of musicgen-train, one file each.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/config.h"
#include "common/flags.h"

namespace musicgen::train {

// What the command line says; a subcommand looks at its own.
struct TrainFlags {
  std::string config, work;
  std::vector<std::string> settings;  // key.sub=value
  std::string kind = "palette";
  std::string codec, output, format = "huggingface";
  std::string model, text_encoder, data, precision = "auto";
  bool stereo = false, amplitude = false;
};

// Those that every subcommand has.
void AddStage(common::Flags flags, TrainFlags& values);
// The file of settings with what the command line changes. Throws Error(kBadInput).
checkpoint::Config SettingsOf(const TrainFlags& flags);

// → exit status. Throw Error.
int RunSynthesise(const TrainFlags& flags);
int RunCodec(const TrainFlags& flags);
int RunLm(const TrainFlags& flags);
int RunExport(const TrainFlags& flags);
int RunManifest(const TrainFlags& flags);
int RunEncode(const TrainFlags& flags);
int RunFineTune(const TrainFlags& flags);

}  // namespace musicgen::train
