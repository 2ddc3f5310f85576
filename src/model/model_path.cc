#include "model/model_path.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/hub_cache.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;

const char* const kShortNames[] = {
    "small",        "medium",        "large",        "melody",        "melody-large",       "style",
    "stereo-small", "stereo-medium", "stereo-large", "stereo-melody", "stereo-melody-large"};
// What facebook's models are called in their own repositories.
constexpr std::string_view kFacebook[] = {"musicgen-", "audiogen-", "magnet-", "audio-magnet-",
                                          "encodec_"};

struct HubName {
  std::string id, revision;
};

// "https://huggingface.co/org/name/tree/main" → org/name, main; anything else is a name as it is.
HubName Parse(std::string name) {
  HubName result;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (name.starts_with(scheme)) name.erase(0, scheme.size());
  }
  for (const std::string_view host : {"huggingface.co/", "www.huggingface.co/", "hf.co/"}) {
    if (name.starts_with(host)) name.erase(0, host.size());
  }
  if (const size_t query = name.find_first_of("?#"); query != name.npos) name.erase(query);
  if (const size_t at = name.find('@'); at != name.npos) {
    result.revision = name.substr(at + 1);
    name.erase(at);
  }
  for (const std::string_view page : {"/tree/", "/blob/", "/resolve/"}) {
    const size_t at = name.find(page);
    if (at == name.npos) continue;
    result.revision = name.substr(at + page.size());
    name.erase(at);
    if (page != "/tree/")
      result.revision.erase(std::min(result.revision.find('/'), result.revision.size()));
  }
  for (std::string* text : {&name, &result.revision}) {
    while (!text->empty() && text->back() == '/') text->pop_back();
  }
  result.id = name;
  return result;
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

// The ids of the repositories that a name may mean, the likeliest first; none: it is no such name.
std::vector<std::string> IdsOf(const std::string& name) {
  if (std::find(std::begin(kShortNames), std::end(kShortNames), name) != std::end(kShortNames)) {
    return {"facebook/musicgen-" + name};
  }
  // The hub's T5s had no owner at first; a cache may know them either way.
  if (IsT5Name(name)) return {name, (name.starts_with("flan-") ? "google/" : "google-t5/") + name};
  for (const std::string_view beginning : kFacebook) {
    const std::string id = "facebook/" + name;
    if (name.starts_with(beginning) && IsHubId(id)) return {id};
  }
  if (!name.empty() && IsHubId(name)) return {name};
  return {};
}

std::optional<fs::path> FindRepository(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    std::string folder = "models--" + id;
    if (const size_t slash = folder.find('/'); slash != folder.npos) folder.replace(slash, 1, "--");
    for (const fs::path& cache : HubCaches()) {
      if (IsRepository(cache / folder)) return cache / folder;
    }
  }
  return std::nullopt;
}

// What exists at `path`.
std::string Resolve(const fs::path& path) {
  fs::path folder = path;
  if (!folder.has_filename()) folder = folder.parent_path();  // "…/"
  if (folder.filename() == "snapshots" && IsRepository(folder.parent_path())) {
    return FindSnapshot(folder.parent_path(), "").string();
  }
  const bool repository =
      IsRepository(folder) && folder.filename().string().starts_with("models--");
  return repository ? FindSnapshot(folder, "").string() : path.string();
}

}  // namespace

std::string FindModel(const std::string& model) {
  std::error_code error;
  if (fs::exists(model, error)) return Resolve(model);
  if (const std::string path = ExpandPath(model); path != model && fs::exists(path, error)) {
    return Resolve(path);
  }
  const HubName name = Parse(model);
  const std::vector<std::string> ids = IdsOf(name.id);
  if (ids.empty()) {
    ThrowBadInput("model ", Printable(model), ": no such directory or GGUF file");
  }
  if (const auto repository = FindRepository(ids)) {
    return FindSnapshot(*repository, name.revision).string();
  }
  std::string caches;
  for (const fs::path& cache : HubCaches()) {
    caches += StrCat(caches.empty() ? "" : " and ", cache.string());
  }
  ThrowBadInput("model ", Printable(model), ": neither a directory or GGUF file nor in the cache ",
                Printable(caches, 1000));
}

}  // namespace musicgen::model
