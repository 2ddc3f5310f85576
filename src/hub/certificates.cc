#include "hub/certificates.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace musicgen::hub {
namespace {

bool IsFile(const std::string& path) {
  std::error_code error;
  return !path.empty() && std::filesystem::is_regular_file(path, error);
}

}  // namespace

const std::vector<std::string>& CertificatePlaces() {
  static const std::vector<std::string> places = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, Red Hat
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // the same, newer
      "/etc/ssl/ca-bundle.pem",                             // openSUSE
      "/etc/ssl/certs/ca-bundle.crt",                       // NixOS
      "/etc/ssl/cert.pem",                                  // Alpine, OpenSSL's own name
  };
  return places;
}

std::string OtherCertificates(const std::string& built_in, const std::vector<std::string>& places) {
  if (IsFile(built_in)) return "";
  const auto found = std::find_if(places.begin(), places.end(), IsFile);
  return found == places.end() ? "" : *found;
}

}  // namespace musicgen::hub
