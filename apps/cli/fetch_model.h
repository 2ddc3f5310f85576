// Models that are not on this machine yet.
#pragma once

#include <string>

#include "cli/options.h"
#include "musicgen/download.hpp"

namespace musicgen::cli {

// Shows what is downloaded on stderr. Throws common::Interrupted after Ctrl-C: what came is kept.
DownloadResult DownloadWithProgress(const DownloadOptions& options);

// The path of what separates stems: `given`, where it is not empty; else what lies in a cache, else
// it is downloaded.
std::string FetchDemucs(const std::string& given, bool offline);

// The options of a model whose files are here: what `flags` name is downloaded where it is missing,
// what hears a `style` and what separates stems that are wanted included.
ModelOptions Fetch(const ModelFlags& flags, bool style);

}  // namespace musicgen::cli
