#include "serve/http/tls_context.h"

#include <openssl/ssl.h>

#include "common/errors.h"

namespace musicgen::serve {
namespace {

namespace ssl = boost::asio::ssl;

// ALPN: of what the client offers, HTTP/1.1.
int SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kOurs, sizeof(kOurs) - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::unique_ptr<ssl::context> MakeTlsContext(const std::string& certificate,
                                             const std::string& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, SelectProtocol, nullptr);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error) {
    common::BadInput("The certificate " + certificate +
                     " is not a PEM file that can be used: " + error.message() + ".");
  }
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(native) != 1) {
    common::BadInput("The key " + key + " is not the PEM file of the certificate's key" +
                     (error ? ": " + error.message() + "." : "."));
  }
  return context;
}

}  // namespace musicgen::serve
