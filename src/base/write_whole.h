// Files and folders in one call.
#pragma once

#include <string>
#include <string_view>

namespace musicgen {

// The folder and those on the way to it, where they are missing. Throws Error(kFailure).
void MakeFolders(const std::string& path);

// A file of these bytes, which appears whole or not at all (atomic_file.h). Throws Error(kFailure).
void WriteWhole(const std::string& path, std::string_view bytes);

}  // namespace musicgen
