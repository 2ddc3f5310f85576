#include "model/no_model.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/placeholder.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestPath = 1000;  // in messages
constexpr size_t kMostEntries = 10000, kMostNamed = 4;
constexpr char kLookedFor[] =
    "model.safetensors or its shards, pytorch_model.bin or its shards, or state_dict.bin";

std::vector<std::string> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (names.size() == kMostEntries) break;
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool EndsWithAny(const std::string& name, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return name.ends_with(end); });
}

using Judge = std::function<bool(const std::string& name)>;

std::optional<std::string> FirstOf(const std::vector<std::string>& names, const Judge& judge) {
  const auto found = std::find_if(names.begin(), names.end(), judge);
  return found == names.end() ? std::nullopt : std::optional(Printable(*found));
}

bool IsBrokenOff(const std::string& name) {
  return EndsWithAny(name, {".incomplete", ".part", ".partial", ".crdownload", ".download",
                            ".aria2", ".aria2__temp", ".tmp"});
}

bool IsAdapter(const std::string& name) {
  return name.starts_with("adapter_config.") || name.starts_with("adapter_model.") ||
         name.starts_with("pytorch_lora_weights.");
}

bool IsTraining(const std::string& name) {
  return EndsWithAny(name, {".th", ".ckpt", ".pth", ".pt"});
}

// What a download that was broken off has left; the hub's client keeps it in places of its own.
std::optional<std::string> FindBrokenOff(const fs::path& directory,
                                         const std::vector<std::string>& names) {
  if (auto found = FirstOf(names, IsBrokenOff)) return found;
  const fs::path parent = fs::path(directory / "").parent_path().parent_path();
  if (parent.filename() == "snapshots") {
    return FirstOf(NamesIn(parent.parent_path() / "blobs"), IsBrokenOff);
  }
  return FirstOf(NamesIn(directory / ".cache" / "huggingface" / "download"), IsBrokenOff);
}

// Whether `name` is a folder of `directory` that looks like a model.
bool HoldsModel(const fs::path& directory, const std::string& name) {
  std::error_code error;
  const fs::path folder = directory / name;
  return fs::is_directory(folder, error) && (fs::exists(folder / "config.json", error) ||
                                             fs::exists(folder / "state_dict.bin", error));
}

}  // namespace

void RefuseFolder(const std::string& directory) {
  const std::string where = Printable(directory, kLongestPath);
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    ThrowBadInput(where, ": expected a directory that holds ", kLookedFor, ", found none here");
  }
  const std::vector<std::string> names = NamesIn(directory);
  std::optional<std::string> found = FindBrokenOff(directory, names);
  if (found) {
    ThrowBadInput(where, ": the download was broken off, it left ", *found,
                  ": download the model again");
  }
  if ((found = FirstOf(names, IsAdapter))) {
    ThrowBadInput(where, ": expected a whole model, found a LoRA adapter (", *found,
                  "): name its base model, and the adapter with --lora");
  }
  if ((found = FirstOf(names, [](const std::string& name) { return name.ends_with(".gguf"); }))) {
    ThrowBadInput(where, ": expected ", kLookedFor, ", found ", *found,
                  ": name a GGUF file itself, not its folder");
  }
  if ((found = FirstOf(names, IsTraining))) {
    ThrowBadInput(where, ": expected ", kLookedFor, ", found ", *found,
                  ", a checkpoint of training: export it first (audiocraft.utils.export)");
  }
  if ((found =
           FirstOf(names, [](const std::string& name) { return name.starts_with("models--"); }))) {
    ThrowBadInput(where, ": expected a model's own directory, found a cache of several (", *found,
                  "): name a model as org/name, or its folder here");
  }
  if ((found = FirstOf(names, [&](const auto& name) { return HoldsModel(directory, name); }))) {
    ThrowBadInput(where, ": expected ", kLookedFor, ", found the folder ", *found,
                  ", which may be meant");
  }
  ThrowBadInput(where, ": expected ", kLookedFor, ", found ", Listed(names, kMostNamed));
}

void ExpectGguf(const std::string& path) {
  const MappedFile file(path);
  RefuseText(file.bytes(), path);
  const std::string_view bytes = file.bytes();
  if (bytes.starts_with("GGUF")) return;
  std::string what = bytes.empty() ? "an empty file" : "another file";
  if (bytes.starts_with("PK")) what = "a PyTorch file";
  if (bytes.starts_with("\x80")) what = "a pickle";
  if (bytes.size() > 8 && bytes[8] == '{') what = "a safetensors file";
  const std::string name = fs::path(path).filename().string();
  if (IsTraining(name)) what = "a checkpoint of training, to be exported first";
  ThrowBadInput(Printable(path, kLongestPath),
                ": expected a model's directory or a GGUF file, which begins with GGUF, found ",
                what, bytes.empty() ? "" : ": of the other layouts, name the directory");
}

}  // namespace musicgen::model
