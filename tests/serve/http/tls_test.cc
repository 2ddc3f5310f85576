// TLS, spoken by OpenSSL's own client.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "musicgen/error.hpp"
#include "raw_client.h"
#include "running_server.h"

namespace musicgen::serve {
namespace {

// A certificate that signs itself, written once to a folder of this process.
class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("musicgen-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen((folder_ / "cert.pem").c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen((folder_ / "key.pem").c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static ServerOptions Options() {
    ServerOptions options;
    options.tls_cert = folder_ / "cert.pem";
    options.tls_key = folder_ / "key.pem";
    return options;
  }

  static std::filesystem::path folder_;
};

std::filesystem::path Tls::folder_;

// What comes back; empty where no connection came about.
std::string AskOver(uint16_t port, const std::string& request, int most_version) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_proto_version(context, most_version);
  static constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof(kProtocols) - 1);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, socket);
  std::string answer;
  if (SSL_connect(ssl) == 1) {
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(protocol), size), "http/1.1");
    SSL_write(ssl, request.data(), static_cast<int>(request.size()));
    char bytes[4096];
    int got;
    while ((got = SSL_read(ssl, bytes, sizeof(bytes))) > 0) answer.append(bytes, got);
    EXPECT_EQ(SSL_get_error(ssl, got), SSL_ERROR_ZERO_RETURN) << "the end is told";
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(socket);
  return answer;
}

TEST_F(Tls, ServesOverVersions12And13) {
  RunningServer server(Options());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer =
        AskOver(server.port(), Get("/item/abc", "Connection: close\r\n"), version);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nabc")) << answer;
  }
}

TEST_F(Tls, OlderVersionsAreRefused) {
  RunningServer server(Options());
  EXPECT_EQ(AskOver(server.port(), Get("/health"), TLS1_1_VERSION), "");
}

TEST_F(Tls, LargeBodiesPass) {
  RunningServer server(Options());
  const std::string body(3 << 20, 'x');
  const std::string answer =
      AskOver(server.port(), Post("/upload", body, "Connection: close\r\n"), TLS1_3_VERSION);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body));
}

TEST_F(Tls, RefusalsArriveThoughABodyIsUnread) {
  RunningServer server(Options());
  const std::string answer =
      AskOver(server.port(), Post("/echo", std::string(2 << 20, 'x')), TLS1_3_VERSION);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(Tls, PlainHttpIsTurnedAway) {
  ServerOptions options = Options();
  options.limits.header_s = 0.5;
  RunningServer server(options);
  RawClient client(server.port()), silent(server.port());
  client.Send(Get("/health"));
  EXPECT_EQ(client.Read().status, 0);
  EXPECT_TRUE(silent.AtEnd()) << "a greeting has a time limit";
}

TEST_F(Tls, FilesThatWillNotDoAreNamed) {
  for (const auto& [certificate, key] : {std::pair{"none.pem", "key.pem"},
                                         {"cert.pem", "none.pem"},
                                         {"key.pem", "key.pem"},
                                         {"cert.pem", "cert.pem"},
                                         {"cert.pem", ""}}) {
    ServerOptions options;
    options.tls_cert = folder_ / certificate;
    if (*key) options.tls_key = folder_ / key;
    EXPECT_THROW(RunningServer{options}, Error) << certificate << " " << key;
  }
}

TEST(Listening, ATakenAddressIsNamed) {
  RunningServer first;
  ServerOptions options;
  options.port = first.port();
  try {
    HttpServer second(options, {}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(first.port())),
              std::string::npos)
        << error.what();
  }
  options.host = "no.such.host.invalid";
  EXPECT_THROW(HttpServer(options, {}, {}), Error);
}

}  // namespace
}  // namespace musicgen::serve
