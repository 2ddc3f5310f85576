// musicgen-train finetune: a model and a folder of music to a model of that music.
#include "train/tracks/finetune.h"

#include <cstdio>
#include <optional>

#include "common/interrupt.h"
#include "train/subcommands.h"

namespace musicgen::train {
namespace {

Precision ParsePrecision(const std::string& name) {
  if (name == "f32") return Precision::kF32;
  if (name == "f16") return Precision::kF16;
  return name == "bf16" ? Precision::kBF16 : Precision::kAuto;
}

}  // namespace

int RunFineTune(const TrainFlags& flags) {
  const common::DeferInterrupts interrupts;
  FineTuneRequest request;
  request.model = flags.model;
  request.text_encoder = flags.text_encoder;
  request.codec = flags.codec;
  request.data = flags.data;
  request.output = flags.output;
  request.work = flags.work;
  request.stereo = flags.stereo;
  request.precision = ParsePrecision(flags.precision);
  request.config = flags.config;
  request.settings = flags.settings;
  const bool done = FineTune(request, [&] { return interrupts.requested(); });
  if (!done) std::fprintf(stderr, "interrupted: the same command goes on from here\n");
  return done ? 0 : common::kExitInterrupted;
}

}  // namespace musicgen::train
