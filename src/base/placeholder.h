// Files that are not what their names say, because something went wrong on the way here.
#pragma once

#include <string>
#include <string_view>

namespace musicgen {

// Throws Error(kBadInput) naming `path` when these bytes, the file's whole content, are a Git LFS
// pointer (a clone without Git LFS) or a web page (a server's answer saved under the file's name).
void RefusePlaceholder(std::string_view bytes, const std::string& path);

// Of kinds of files that are never text: refuses any short text too ("Entry not found"), but for
// JSON.
void RefuseText(std::string_view bytes, const std::string& path);

}  // namespace musicgen
