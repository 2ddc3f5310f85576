#include "model/companions.h"

#include <filesystem>

#include "base/error.h"
#include "model/model_path.h"

namespace musicgen::model {

std::string FindCompanion(const std::string& model_directory, const Companion& companion) {
  namespace fs = std::filesystem;
  const std::string& name = companion.name;
  const size_t slash = name.rfind('/');
  const std::string folder = slash == name.npos ? name : name.substr(slash + 1);
  std::error_code error;
  if (!folder.empty() && folder != "." && folder != ".." &&
      folder.find('\0') == std::string::npos) {
    for (const fs::path& place :
         {fs::path(model_directory) / folder, fs::path(model_directory) / ".." / folder}) {
      if (fs::is_directory(place, error)) return place.string();
    }
  }
  try {
    return FindModel(name);
  } catch (const Error& problem) {
    if (problem.code() != ErrorCode::kBadInput) throw;
    ThrowBadInput(companion.where, ": ", Printable(name), " is neither a folder inside ",
                  Printable(model_directory, 1000),
                  " nor beside it, nor elsewhere: ", problem.what(), "; ", companion.option,
                  " names its directory");
  }
}

}  // namespace musicgen::model
