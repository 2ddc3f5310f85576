// A model and a folder of music to a model of that music.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "musicgen/precision.hpp"

namespace musicgen::train {

struct FineTuneRequest {
  std::string model;                       // any that the engine opens
  std::string text_encoder, codec;         // where its files lack them
  std::string data;                        // a folder of music, or a manifest
  std::string output;                      // a Hugging Face directory, new or empty
  std::string work;                        // codes, checkpoints, logs; empty: output + ".work"
  bool stereo = false;                     // of a mono model
  Precision precision = Precision::kAuto;  // of what is written, as of ExportWhole
  std::string config;                      // settings; empty: configs/training/finetune.yaml
  std::vector<std::string> settings;       // key.sub=value
};

// Encodes the folder, trains, goes on where it was stopped, and writes the model; with the setting
// lora.r a LoRA adapter as PEFT saves it instead. Returns whether all of that is done. Throws
// Error.
bool FineTune(const FineTuneRequest& request, const std::function<bool()>& stop);

// The learning rate for a decoder of this width. An update of Adam moves every weight by about the
// learning rate, so it moves an output, a sum over `width` of them, by as much as their number: for
// the same change narrow models take larger steps. 3e-5 at 1024, half of that at 2048.
double LearningRateOfWidth(int64_t width);

}  // namespace musicgen::train
