// Certificate, key, and which TLS is spoken: 1.2 and 1.3, HTTP/1.1 alone.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace musicgen::serve {

// PEM files, the certificate with its chain. Throws Error(kBadInput) where they will not do.
std::unique_ptr<boost::asio::ssl::context> MakeTlsContext(const std::string& certificate,
                                                          const std::string& key);

}  // namespace musicgen::serve
