// Where the system keeps the certificates of the authorities that it trusts.
#pragma once

#include <string>
#include <vector>

namespace musicgen::hub {

// The files that distributions keep them in.
const std::vector<std::string>& CertificatePlaces();

// The file to use instead of libcurl's own: the first of `places` that is there; empty where
// `built_in`, libcurl's own, is there, or none of them is. Other distributions than that of a
// libcurl keep them elsewhere.
std::string OtherCertificates(const std::string& built_in, const std::vector<std::string>& places);

}  // namespace musicgen::hub
