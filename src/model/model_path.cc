#include "model/model_path.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

const char* const kShortNames[] = {
    "small",        "medium",        "large",        "melody",        "melody-large",
    "stereo-small", "stereo-medium", "stereo-large", "stereo-melody", "stereo-melody-large"};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path HubCache() {
  if (const std::string cache = Environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const std::string home = Environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  return fs::path(Environment("HOME")) / ".cache" / "huggingface" / "hub";
}

// The snapshot of the cached repository "org/name" that its main branch points to, or else the only
// one; empty when there is none.
fs::path CachedSnapshot(const std::string& id) {
  std::string folder = "models--" + id;
  if (const size_t slash = folder.find('/'); slash != folder.npos) folder.replace(slash, 1, "--");
  const fs::path repository = HubCache() / folder;
  std::error_code error;
  std::ifstream reference(repository / "refs" / "main");
  std::string revision;
  if (reference >> revision && revision.find('/') == std::string::npos) {
    const fs::path snapshot = repository / "snapshots" / revision;
    if (fs::is_directory(snapshot, error)) return snapshot;
  }
  fs::path only;
  for (const auto& entry : fs::directory_iterator(repository / "snapshots", error)) {
    if (!only.empty()) return {};
    only = entry.path();
  }
  return only;
}

bool IsHubId(const std::string& name) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/';
  };
  return std::count(name.begin(), name.end(), '/') == 1 && name.front() != '/' &&
         name.back() != '/' && name.front() != '.' && std::all_of(name.begin(), name.end(), fits);
}

// t5-small, t5-base, flan-t5-base, …
bool IsT5Name(const std::string& name) {
  return (name.starts_with("t5-") || name.starts_with("flan-t5-")) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

}  // namespace

std::string FindModel(const std::string& model) {
  std::error_code error;
  if (fs::exists(model, error)) return model;
  std::string id = model;
  if (std::find(std::begin(kShortNames), std::end(kShortNames), model) != std::end(kShortNames)) {
    id = "facebook/musicgen-" + model;
  }
  if (IsT5Name(id)) {
    // The hub's T5s had no owner at first; a cache may know them either way.
    const fs::path snapshot = CachedSnapshot(id);
    if (!snapshot.empty()) return snapshot.string();
    id = (id.starts_with("flan-") ? "google/" : "google-t5/") + id;
  }
  if (IsHubId(id)) {
    const fs::path snapshot = CachedSnapshot(id);
    if (!snapshot.empty()) return snapshot.string();
    ThrowBadInput("model ", Printable(model),
                  ": neither a directory or GGUF file nor in the cache ", HubCache().string());
  }
  ThrowBadInput("model ", Printable(model), ": no such directory or GGUF file");
}

}  // namespace musicgen::model
