// Names of files that are about to be written.
#pragma once

#include <string>

namespace musicgen {

// "a" of "a/b.wav", "." of "b.wav", "/" of "/b.wav".
std::string FolderOf(const std::string& path);
// "b.wav" of "a/b.wav".
std::string NameOf(const std::string& path);

// The file a chain of symbolic links ends at, whether it exists or not. Throws Error(kFailure) when
// the chain has no end.
std::string FollowLinks(std::string path);

// ".name.0123456789abcdef.tmp": hidden, beside `name`, and not there yet but for bad luck. Of a
// long name the beginning.
std::string TemporaryName(const std::string& name);

}  // namespace musicgen
