#include "model/model_path.h"

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "hub/cache.h"
#include "hub/environment.h"
#include "hub/hub_name.h"
#include "model/demo_model.h"

namespace musicgen::model {
namespace {

namespace fs = std::filesystem;
using hub::FindSnapshot;
using hub::IsRepository;

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

// What is looked for, in messages.
struct Kind {
  const char *what, *files;
};

std::string Find(const std::string& model, const Kind& kind) {
  std::error_code error;
  if (fs::exists(model, error)) return Resolve(model);
  if (const std::string path = hub::ExpandPath(model); path != model && fs::exists(path, error)) {
    return Resolve(path);
  }
  const hub::HubName name = hub::ParseHubName(model);
  const std::vector<std::string> ids = hub::IdsOf(name.id);
  if (ids.empty()) {
    ThrowBadInput(kind.what, " ", Printable(model), ": no such ", kind.files);
  }
  if (const auto repository = hub::FindRepository(ids, hub::HubCaches())) {
    return FindSnapshot(*repository, name.revision).string();
  }
  std::string caches;
  for (const fs::path& cache : hub::HubCaches()) {
    caches += StrCat(caches.empty() ? "" : " and ", cache.string());
  }
  ThrowBadInput(kind.what, " ", Printable(model), ": neither a ", kind.files, " nor in the cache ",
                Printable(caches, 1000));
}

}  // namespace

std::string FindModel(const std::string& model) {
  if (MeansDemo(model)) {
    if (const auto demo = FindDemo()) return *demo;
    ThrowBadInput("model: the demo model is not installed beside this program: name another one");
  }
  return Find(model, {"model", "directory or GGUF file"});
}

std::string FindAdapter(const std::string& adapter) {
  return Find(adapter, {"LoRA adapter", "directory or file"});
}

}  // namespace musicgen::model
