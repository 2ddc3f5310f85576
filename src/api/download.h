#pragma once

#include <optional>

#include "musicgen/download_options.hpp"

namespace musicgen::api {

// As mg_download_run; nothing when the callback stopped it.
std::optional<DownloadResult> Download(const DownloadOptions& options,
                                       const DownloadCallback& progress);

}  // namespace musicgen::api
