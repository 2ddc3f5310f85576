// What is downloaded from the Hugging Face hub, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/precision.hpp"

namespace musicgen {

enum class DownloadFormat { kAuto, kSafetensors, kAudioCraft, kGguf };
enum class DownloadRole { kModel, kTextEncoder, kCodec, kLora, kStyleEncoder, kDemucs };

struct DownloadOptions {
  std::string model;     // "org/name[@revision]", a short name, or what is on this machine already
  std::string revision;  // branch, tag or commit; empty: what the name says, else main
  // kDemucs, what separates stems, may leave `model` empty: adefossez/HTDemucs, unless it is in a
  // cache, torch's included.
  DownloadRole role = DownloadRole::kModel;
  // Most repositories hold the same weights in several forms, of which one is taken.
  DownloadFormat format = DownloadFormat::kAuto;
  Precision precision = Precision::kAuto;  // of GGUF files
  std::vector<std::string> include;  // when not empty: the files that match one of these patterns
  // When not empty, the model's own need not come along.
  std::string text_encoder, codec, style_encoder;
  // A style will be given: of a style model that is here, the MERT that hears it is wanted too. One
  // that is downloaded brings it in any case.
  bool style = false;
  // A melody's stems will be separated: of a melody model, what separates them is wanted too.
  bool stems = false;
  // Ask the hub for the revision's newest commit although a whole model is here.
  bool refresh = false;
  bool offline = false;  // no requests; HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE say the same
};

struct DownloadedRepository {
  std::string id, commit;
  std::string path;     // the folder of its files, or its GGUF file
  std::string licence;  // as the model card says, or "unknown"
  uint64_t bytes = 0;   // of the files that were chosen
  size_t files = 0;
};

struct DownloadProgress {
  // With the stages that the model's files only name; empty until the model cards are here.
  std::vector<DownloadedRepository> repositories;
  uint64_t bytes_done = 0, bytes_total = 0;  // what earlier downloads left counts as done
  int waiting_s = 0;                         // seconds that the hub asked to wait; 0: bytes flow
};
// Called about ten times a second, on the calling thread. Returns false to stop: what came is kept,
// and the next download goes on from there.
using DownloadCallback = std::function<bool(const DownloadProgress&)>;

struct DownloadResult {
  std::string path;                                // of the model, for ModelOptions::model
  std::vector<DownloadedRepository> repositories;  // that were asked for; none: all was here
  std::vector<std::string> warnings;               // a sentence each
};

}  // namespace musicgen
