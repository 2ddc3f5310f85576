// What is said of folders and files that hold no whole model.
#pragma once

#include <string>

namespace musicgen::model {

// Of a folder without weights in any layout: throws Error(kBadInput) naming what it is instead (an
// adapter, a broken download, a checkpoint of training, …), else what is looked for and what was
// found.
[[noreturn]] void RefuseFolder(const std::string& directory);

// Throws Error(kBadInput) unless the file is a GGUF file by its first bytes; one that belongs to a
// model's directory is named as such.
void ExpectGguf(const std::string& path);

}  // namespace musicgen::model
