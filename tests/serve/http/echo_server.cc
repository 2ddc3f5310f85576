// A server without music, for the tests: echo_server [NAME=VALUE …]
// Prints "listening on http://127.0.0.1:PORT" on stderr and the access log on stdout; ends on
// SIGTERM.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "serve/http/server.h"

namespace {

using namespace musicgen::serve;

using Settings = std::map<std::string, std::function<void(ServerOptions&, const std::string&)>>;

const Settings& KnownSettings() {
  static const Settings settings = {
      {"host", [](ServerOptions& o, const std::string& v) { o.host = v; }},
      {"port", [](ServerOptions& o, const std::string& v) { o.port = std::stoi(v); }},
      {"tls_cert", [](ServerOptions& o, const std::string& v) { o.tls_cert = v; }},
      {"tls_key", [](ServerOptions& o, const std::string& v) { o.tls_key = v; }},
      {"api_key", [](ServerOptions& o, const std::string& v) { o.api_key = v; }},
      {"allowed_host",
       [](ServerOptions& o, const std::string& v) { o.allowed_hosts.push_back(v); }},
      {"connections",
       [](ServerOptions& o, const std::string& v) { o.limits.connections = std::stoi(v); }},
      {"header_s",
       [](ServerOptions& o, const std::string& v) { o.limits.header_s = std::stod(v); }},
      {"body_s", [](ServerOptions& o, const std::string& v) { o.limits.body_s = std::stod(v); }},
      {"idle_s", [](ServerOptions& o, const std::string& v) { o.limits.idle_s = std::stod(v); }},
      {"send_s", [](ServerOptions& o, const std::string& v) { o.limits.send_s = std::stod(v); }},
  };
  return settings;
}

ServerOptions OptionsOf(int argc, char** argv) {
  ServerOptions options;
  options.port = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const auto found = KnownSettings().find(argument.substr(0, equals));
    if (equals == argument.npos || found == KnownSettings().end()) {
      throw std::invalid_argument("no such setting: " + argument);
    }
    found->second(options, argument.substr(equals + 1));
  }
  return options;
}

// Sound without end, as far as this goes: 16 KiB pieces, as fast as they are taken.
void StreamForever(const std::shared_ptr<Exchange>& exchange) {
  std::thread([exchange] {
    exchange->Begin({.content_type = "application/octet-stream"});
    while (exchange->Write(std::string(16 << 10, 'x'))) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    exchange->End();
  }).detach();
}

std::vector<Route> Routes() {
  const auto health = [](const std::shared_ptr<Exchange>& e) { e->Send({.body = "{}"}); };
  const auto echo = [](const std::shared_ptr<Exchange>& e) {
    e->Send({.content_type = "application/octet-stream", .body = e->request().body});
  };
  const auto item = [](const std::shared_ptr<Exchange>& e) {
    e->Send({.content_type = "text/plain", .body = e->request().parameters[0]});
  };
  return {{"GET", "/health", BodyKind::kNone, true, health, {}},
          {"POST", "/echo", BodyKind::kJson, false, echo, {}},
          {"POST", "/upload", BodyKind::kUpload, false, echo, {}},
          {"GET", "/item/{name}", BodyKind::kNone, false, item, {}},
          {"GET", "/forever", BodyKind::kNone, false, StreamForever, {}}};
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    HttpServer server(OptionsOf(argc, argv), Routes(), [](const AccessRecord& record) {
      std::puts(AccessLine(record, static_cast<double>(std::time(nullptr))).c_str());
      std::fflush(stdout);
    });
    std::cerr << "listening on http://127.0.0.1:" << server.port() << std::endl;
    std::thread([&] {
      int signal = 0;
      sigwait(&signals, &signal);
      server.Stop(1);
    }).detach();
    server.Run();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
  return 0;
}
