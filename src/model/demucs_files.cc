#include "model/demucs_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "checkpoint/config.h"
#include "checkpoint/side_files.h"
#include "hub/cache.h"
#include "hub/environment.h"
#include "model/demucs_file.h"
#include "separation/expected_tensors.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestPath = 1000;
constexpr char kYaml[] = "htdemucs.yaml";
constexpr char kPublishedPackage[] = "955717e8-8726e21a.th";
constexpr size_t kMostListed = 4096;  // files of a directory that are looked at

bool IsThere(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsDirectory(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsYaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// The files of a directory that end so, sorted.
std::vector<fs::path> FilesEndingIn(const fs::path& directory, const std::string& suffix) {
  std::vector<fs::path> files;
  std::error_code error;
  size_t seen = 0;
  for (fs::directory_iterator at(directory, error), end;
       !error && at != end && ++seen <= kMostListed; at.increment(error)) {
    if (at->path().extension() == suffix && IsThere(at->path())) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "955717e8" of 955717e8-8726e21a.th and of 955717e8.safetensors.
std::string SignatureOf(const fs::path& path) {
  constexpr size_t kDigits = 8;
  std::string stem = path.stem().string();
  stem.resize(std::min(stem.size(), stem.find('-')));
  const bool is_one =
      stem.size() == kDigits && stem.find_first_not_of("0123456789abcdef") == stem.npos;
  return is_one ? stem : "";
}

// The only file that a directory holds; null: none.
std::optional<fs::path> OnlyOne(const fs::path& directory, const std::string& suffix) {
  const std::vector<fs::path> files = FilesEndingIn(directory, suffix);
  if (files.empty()) return std::nullopt;
  if (files.size() > 1) {
    std::vector<std::string> names;
    for (const fs::path& file : files) names.push_back(file.filename().string());
    ThrowBadInput(Printable(directory.string(), kLongestPath), ": expected one file *", suffix,
                  " of demucs, found ", Listed(names, 3));
  }
  return files.front();
}

// The file whose signature a YAML file names.
fs::path ReadYaml(const fs::path& path) {
  const std::string where = Printable(path.string(), kLongestPath);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const std::string text =
      checkpoint::FilesOfDirectory(folder.string())->Read(path.filename().string());
  const auto config = checkpoint::Config::ParseYaml(text, where);
  const std::vector<std::string> models = config.Strings("models", {}, 64);
  if (models.size() != 1) {
    ThrowBadInput(where, ": models: expected one network, found ", models.size(),
                  " (bags of several, such as htdemucs_ft, are not supported)");
  }
  const std::string& signature = models.front();
  if (signature.empty() || signature.size() > 64 ||
      signature.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz_") != signature.npos) {
    ThrowBadInput(where, ": models: expected a signature, found ", Printable(signature));
  }
  if (config.Has("segment")) {
    ThrowBadInput(where, ": segment: expected none, found ", Printable(config.Json("segment")),
                  " (segments of another length than the network's are not supported)");
  }
  const fs::path tensors = folder / (signature + ".safetensors");
  if (IsThere(tensors)) return tensors;
  for (const fs::path& file : FilesEndingIn(folder, ".th")) {
    const std::string stem = file.stem().string();
    if (stem == signature || stem.starts_with(signature + "-")) return file;
  }
  ThrowBadInput(where, ": models: expected ", signature, ".safetensors or ", signature,
                "-….th beside it, found neither");
}

// The file with the tensors that a path means; null: a directory without any.
std::optional<fs::path> TensorsOf(const fs::path& path) {
  if (!IsDirectory(path)) return IsYaml(path) ? ReadYaml(path) : path;
  if (hub::IsRepository(path)) return TensorsOf(hub::FindSnapshot(path, ""));
  if (IsThere(path / kYaml)) return ReadYaml(path / kYaml);
  if (const auto package = OnlyOne(path, ".th")) return package;
  return OnlyOne(path, ".safetensors");
}

bool IsPackage(const fs::path& path) { return path.extension() == ".th"; }

fs::path TorchCheckpoints() {
  const auto variable = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? "" : hub::ExpandPath(value);
  };
  fs::path torch = variable("TORCH_HOME");
  if (torch.empty()) {
    const fs::path cache = variable("XDG_CACHE_HOME");
    torch = (cache.empty() ? variable("HOME") / ".cache" : cache) / "torch";
  }
  return torch / "hub" / "checkpoints";
}

// In a repository of the cache that holds the network whole.
std::optional<std::string> FindInHubCache() {
  const auto folder = hub::FindRepository({kDemucsRepository}, hub::HubCaches());
  if (!folder) return std::nullopt;
  try {
    const fs::path snapshot = hub::FindSnapshot(*folder, "");
    if (!IsThere(snapshot / kYaml)) return std::nullopt;
    ReadYaml(snapshot / kYaml);
    return (snapshot / kYaml).string();
  } catch (const Error&) {
    return std::nullopt;  // a download that has not ended
  }
}

}  // namespace

DemucsPart OpenDemucs(const std::string& path) {
  const std::optional<fs::path> file = TensorsOf(path);
  if (!file) {
    ThrowBadInput(Printable(path, kLongestPath), ": expected ", kYaml,
                  ", *.th or *.safetensors of demucs, found none of these");
  }
  DemucsFile opened =
      IsPackage(*file) ? OpenDemucsPackage(file->string()) : OpenDemucsSafetensors(file->string());
  DemucsPart part;
  part.path = file->string();
  part.signature = SignatureOf(*file);
  part.name = part.signature.empty() ? "htdemucs" : "htdemucs " + part.signature;
  part.config = std::move(opened.config);
  part.tensors = std::move(opened.tensors);
  checkpoint::CheckTensors(*part.tensors, separation::ExpectedTensors(part.config), {});
  return part;
}

std::optional<std::string> FindDemucs(const std::string& given, const std::string& model) {
  if (!given.empty()) {
    std::error_code error;
    if (fs::exists(given, error)) return given;
    ThrowBadInput("demucs: expected a file or directory of demucs, found nothing at ",
                  Printable(given, kLongestPath));
  }
  if (!model.empty()) {
    fs::path folder = model;
    if (!IsDirectory(folder)) folder = folder.has_parent_path() ? folder.parent_path() : ".";
    for (const fs::path& place : {folder, folder / ".."}) {
      if (IsThere(place / kYaml)) return (place / kYaml).string();
      for (const fs::path& file : FilesEndingIn(place, ".th")) {
        if (!SignatureOf(file).empty()) return file.string();
      }
    }
  }
  if (auto path = FindInHubCache()) return path;
  const fs::path package = TorchCheckpoints() / kPublishedPackage;
  if (IsThere(package)) return package.string();
  return std::nullopt;
}

}  // namespace musicgen::model
