// Stands for download.cc and digest.cc in builds without libcurl or OpenSSL.
#include "base/error.h"
#include "hub/digest.h"
#include "hub/download.h"

namespace musicgen::hub {

Result Download(const Want& want, const std::function<std::vector<Want>(const Choice&)>&,
                const std::function<bool(const Progress&)>&) {
  ThrowFailure("cannot download ", want.id,
               ": this build has no hub client: bring the files by other means, say with hf "
               "download, or build with libcurl");
}

std::string Sha256Hex(std::string_view) { return ""; }

}  // namespace musicgen::hub
