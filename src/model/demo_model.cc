#include "model/demo_model.h"

#include <dlfcn.h>

#include <filesystem>

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLevels = 5;  // build/release/bin/musicgen is three deep
constexpr const char* kPlaces[] = {"models/demo", "share/musicgen/demo"};

// The file that holds this code.
fs::path OwnFile() {
  Dl_info info{};
  std::error_code error;
  if (dladdr(reinterpret_cast<void*>(&OwnFile), &info) != 0 && info.dli_fname != nullptr &&
      std::string(info.dli_fname).find('/') != std::string::npos) {
    return fs::canonical(info.dli_fname, error);
  }
  return fs::read_symlink("/proc/self/exe", error);
}

}  // namespace

bool MeansDemo(const std::string& model) {
  std::error_code error;
  return model.empty() || (model == "demo" && !fs::exists(model, error));
}

std::optional<std::string> FindDemo() {
  fs::path folder = OwnFile().parent_path();
  for (int level = 0; level < kMostLevels && !folder.empty(); ++level) {
    for (const char* place : kPlaces) {
      std::error_code error;
      const fs::path demo = folder / place;
      if (fs::exists(demo / "config.json", error)) return demo.string();
    }
    folder = folder.parent_path();
  }
  return std::nullopt;
}

}  // namespace musicgen::model
