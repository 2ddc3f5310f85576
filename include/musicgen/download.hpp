// Models from the Hugging Face hub into its cache on this machine, which other programs share.
// PROVISIONAL, as musicgen.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/error.hpp"

namespace musicgen {

enum class DownloadFormat { kAuto, kSafetensors, kAudioCraft, kGguf };
enum class DownloadRole { kModel, kTextEncoder, kCodec };

struct DownloadOptions {
  std::string model;     // "org/name[@revision]", a short name, or what is on this machine already
  std::string revision;  // branch, tag or commit; empty: what the name says, else main
  DownloadRole role = DownloadRole::kModel;
  // Most repositories hold the same weights in several forms, of which one is taken.
  DownloadFormat format = DownloadFormat::kAuto;
  std::string precision = "auto";    // of GGUF files: f32, f16, bf16, q8 or q4
  std::vector<std::string> include;  // when not empty: the files that match one of these patterns
  std::string text_encoder, codec;   // when not empty, the model's own need not come along
  bool refresh =
      false;  // ask the hub for the revision's newest commit although a whole model is here
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

// Downloads what is missing of a model, with the T5 and the codec that AudioCraft's files name.
// What is whole on this machine causes no request, unless `refresh` is set. Every file's size and
// hash are checked; a download that was broken off, also by killing the process, goes on where it
// was. Where the hub is out of order and the cache holds a snapshot, that is taken, with a warning.
// Nothing when the callback stopped it. Throws Error: kBadInput for models that are not there,
// private or gated, for a form that the repository does not have, and offline; kFailure for the
// network, a full disk and files whose hash is wrong. May be called from several threads, and by
// several processes.
std::optional<DownloadResult> Download(const DownloadOptions& options,
                                       const DownloadCallback& progress = {});

}  // namespace musicgen
