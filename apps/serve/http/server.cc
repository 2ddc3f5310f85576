#include "serve/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "common/errors.h"
#include "serve/http/connection.h"
#include "serve/http/failure_response.h"
#include "serve/http/response_head.h"
#include "serve/http/tls_context.h"

namespace musicgen::serve {
namespace {

using boost::asio::ip::tcp;
using SystemError = boost::system::error_code;

constexpr double kAcceptPauseS = 0.05;

// As many open files as connections need; the program itself has its own.
void RaiseFileLimit(int connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(connections) + 512;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string AddressOf(const tcp::socket& socket) {
  SystemError error;
  boost::asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return "";
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

std::string WithoutBrackets(const std::string& host) {
  if (host.size() > 2 && host.front() == '[') return host.substr(1, host.size() - 2);
  return host;
}

std::string TooManyConnections() {
  const Response response = FailureResponse({.status = 503,
                                             .message = "There are too many connections.",
                                             .code = "connections_limit",
                                             .retry_after_s = 1});
  const AnswerForm form{.content_length = response.body.size(), .close = true};
  return ResponseHead(response, form) + response.body;
}

}  // namespace

struct HttpServer::Impl {
  Impl(const ServerOptions& options, std::vector<Route> routes,
       std::function<void(const AccessRecord&)> access_log)
      : loop(std::make_shared<Loop>()),
        state{.limits = options.limits,
              .gate = Gate(options, std::move(routes)),
              .access_log = std::move(access_log),
              .loop = loop,
              .bodies = std::make_shared<BodyBudget>(options.limits.bodies_bytes)},
        acceptor(loop->io()),
        pause(loop->io()),
        grace(loop->io()) {
    if (options.tls_cert.empty() != options.tls_key.empty()) {
      common::BadInput("TLS needs a certificate and its key, and one of the two is missing.");
    }
    if (!options.tls_cert.empty()) tls = MakeTlsContext(options.tls_cert, options.tls_key);
    RaiseFileLimit(options.limits.connections);
    Listen(options);
    Accept();
  }

  void Listen(const ServerOptions& options) {
    const std::string where = options.host + ":" + std::to_string(options.port);
    SystemError error;
    tcp::resolver resolver(loop->io());
    const auto found = resolver.resolve(WithoutBrackets(options.host), std::to_string(options.port),
                                        tcp::resolver::passive, error);
    if (error || found.empty()) {
      common::BadInput("The server cannot listen on " + where + ": " + error.message() + ".");
    }
    const tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (error) {
      common::BadInput("The server cannot listen on " + where + ": " + error.message() + ".");
    }
    port = acceptor.local_endpoint().port();
  }

  void Accept() {
    acceptor.async_accept([this](SystemError error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) {
        Welcome(std::move(socket));
        return Accept();
      }
      // Out of open files or memory: one that waits makes room.
      if (error != boost::asio::error::connection_aborted) state.connections.DropOne();
      pause.Set(kAcceptPauseS, [this] {
        if (acceptor.is_open()) Accept();
      });
    });
  }

  void Welcome(tcp::socket socket) {
    SystemError ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const size_t most = static_cast<size_t>(state.limits.connections);
    if (state.connections.size() >= most && !state.connections.DropOne()) {
      socket.non_blocking(true, ignored);
      if (!tls) socket.write_some(boost::asio::buffer(TooManyConnections()), ignored);
      return;
    }
    const std::string peer = AddressOf(socket);
    auto transport =
        tls ? TlsTransport(std::move(socket), *tls) : PlainTransport(std::move(socket));
    const auto connection = std::make_shared<Connection>(state, std::move(transport), peer);
    state.connections.Add(connection);
    connection->Start();
  }

  void Stop(double grace_s) {
    if (state.stopping) return;
    state.stopping = true;
    SystemError ignored;
    acceptor.close(ignored);
    pause.Clear();
    state.connections.WindAll();
    grace.Set(grace_s, [this] { loop->io().stop(); });
    WatchForEnd();
  }

  void WatchForEnd() {
    if (state.connections.size() == 0) return loop->io().stop();
    pause.Set(0.01, [this] { WatchForEnd(); });
  }

  const std::shared_ptr<Loop> loop;
  ServerState state;
  std::unique_ptr<boost::asio::ssl::context> tls;
  tcp::acceptor acceptor;
  Deadline pause, grace;
  uint16_t port = 0;
};

HttpServer::HttpServer(const ServerOptions& options, std::vector<Route> routes,
                       std::function<void(const AccessRecord&)> access_log)
    : impl_(std::make_unique<Impl>(options, std::move(routes), std::move(access_log))) {}

HttpServer::~HttpServer() {
  impl_->state.connections.DropAll();
  const std::shared_ptr<Loop> loop = impl_->loop;
  impl_.reset();  // what uses io() goes before it
  loop->Close();
}

uint16_t HttpServer::port() const { return impl_->port; }

void HttpServer::Run() {
  impl_->loop->io().run();
  impl_->state.connections.DropAll();
}

void HttpServer::Stop(double grace_s) {
  impl_->loop->Post([impl = impl_.get(), grace_s] { impl->Stop(grace_s); });
}

void HttpServer::Post(std::function<void()> work) { impl_->loop->Post(std::move(work)); }

int HttpServer::connections() const { return static_cast<int>(impl_->state.connections.size()); }

}  // namespace musicgen::serve
