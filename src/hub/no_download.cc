// Stands for download.cc in builds without libcurl.
#include "base/error.h"
#include "hub/download.h"

namespace musicgen::hub {

Result Download(const Want& want, const std::function<std::vector<Want>(const Choice&)>&,
                const std::function<bool(const Progress&)>&) {
  ThrowFailure("cannot download ", want.id,
               ": this build has no hub client: bring the files by other means, say with hf "
               "download, or build with libcurl");
}

}  // namespace musicgen::hub
