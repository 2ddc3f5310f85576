// What this program was built from; its version is the library's.
#pragma once

namespace musicgen::cli {

extern const char* const kCommit;     // of the source tree when it was configured, or "unknown"
extern const char* const kBuildType;  // "Release", …

}  // namespace musicgen::cli
