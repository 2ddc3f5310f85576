// Whether a file can be written, asked before the work that makes its content.
#pragma once

#include <string>

namespace musicgen {

// Throws Error(kBadInput) when `path` cannot become a file: a folder, a name that the file system
// refuses, a place where nothing may be made; Error(kFailure) when the disk is full. Folders on the
// way may be missing. Leaves no trace, even of a process that is killed meanwhile, where the file
// system has unnamed files: those take any name that is not too long. Elsewhere, and with
// `try_names`, names are tried in a hidden folder beside the destination.
void CheckWritable(const std::string& path, bool try_names = false);

}  // namespace musicgen
