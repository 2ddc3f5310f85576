#include "cli/commands.h"

#if defined(MUSICGEN_SERVER)
#include <sys/resource.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "cli/fetch_model.h"
#include "cli/stems.h"
#include "cli/warnings.h"
#include "common/errors.h"
#include "common/interrupt.h"
#include "serve/http/server.h"
#include "serve/routes/operations.h"

namespace musicgen::cli {
namespace {

using common::BadInput;

// What follows a signal: answers that are whole in any case.
constexpr double kLeastGraceS = 2;

std::string NameOf(std::string model) {
  while (model.size() > 1 && model.back() == '/') model.pop_back();
  return model.empty() ? "demo" : model;
}

std::vector<serve::ServedModel> Models(const ServeFlags& flags) {
  std::vector<std::string> names = flags.models;
  if (names.empty()) names.emplace_back();
  std::vector<serve::ServedModel> models;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    ModelFlags one = flags.model;
    one.model = name;
    serve::ServedModel& model = models.emplace_back();
    model.id = NameOf(name);
    if (!seen.insert(model.id).second) BadInput("--model: " + model.id + " is given twice");
    model.options = Fetch(one, /*style=*/false);
  }
  return models;
}

serve::JobLimits Limits(const ServeFlags& flags) {
  serve::JobLimits limits;
  limits.parallel = static_cast<int>(flags.parallel);
  limits.queue = static_cast<int>(flags.queue);
  limits.takes = static_cast<int>(flags.takes);
  limits.duration_s = flags.audio_length_s;
  limits.prompt_characters = static_cast<size_t>(flags.prompt_characters);
  limits.kept_jobs = static_cast<int>(flags.kept_jobs);
  limits.kept_s = flags.kept_s;
  limits.ahead_s = flags.ahead_s;
  return limits;
}

serve::ServerOptions HttpOptions(const ServeFlags& flags) {
  serve::ServerOptions options;
  options.host = flags.host;
  options.port = static_cast<uint16_t>(flags.port);
  options.tls_cert = flags.tls_cert;
  options.tls_key = flags.tls_key;
  options.api_key = flags.api_key;
  options.allowed_hosts = flags.allowed_hosts;
  options.limits.header_bytes = static_cast<size_t>(flags.header_kib) << 10;
  options.limits.json_bytes = static_cast<size_t>(flags.json_kib) << 10;
  options.limits.upload_bytes = static_cast<size_t>(flags.upload_mib) << 20;
  options.limits.bodies_bytes = static_cast<size_t>(flags.bodies_mib) << 20;
  options.limits.connections = static_cast<int>(flags.connections);
  return options;
}

// A heap for each thread, as glibc has them, keeps a little more of every request that goes from
// one thread to another: a server of months would grow.
void ShareOneHeap() {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 1);
#endif
}

// Every client is a file: as many as the system allows.
void RaiseFileLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class AccessLog {
 public:
  explicit AccessLog(const std::string& path) {
    if (path.empty()) return;
    file_ = path == "-" ? stdout : std::fopen(path.c_str(), "ae");
    if (!file_) BadInput("--access-log: cannot write to " + path);
  }
  ~AccessLog() {
    if (file_ && file_ != stdout) std::fclose(file_);
  }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void Write(const serve::AccessRecord& record) {
    if (!file_) return;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string line =
        serve::AccessLine(record, std::chrono::duration<double>(now).count()) + "\n";
    std::fwrite(line.data(), 1, line.size(), file_);
    std::fflush(file_);
  }

 private:
  std::FILE* file_ = nullptr;
};

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Waits for a signal on a thread of its own; all others have them blocked.
class SignalWatch {
 public:
  explicit SignalWatch(std::function<void()> first) : first_(std::move(first)) {
    thread_ = std::thread([this] { Watch(); });
  }
  ~SignalWatch() {
    ends_ = true;
    pthread_kill(thread_.native_handle(), SIGINT);
    thread_.join();
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void Watch() {
    const sigset_t signals = EndSignals();
    for (int count = 0;; ++count) {
      int signal = 0;
      sigwait(&signals, &signal);
      if (ends_) return;
      if (count > 0) _exit(common::kExitInterrupted);
      first_();
    }
  }

  const std::function<void()> first_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

// Running jobs end, answers are sent whole, then the server stops.
void Drain(serve::Service& service, serve::HttpServer& server, double drain_s) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  service.jobs.Drain(drain_s);
  const double left_s = drain_s - std::chrono::duration<double>(Clock::now() - start).count();
  server.Stop(std::max(left_s, kLeastGraceS));
}

std::string AddressOf(const ServeFlags& flags, uint16_t port) {
  const bool v6 = flags.host.find(':') != flags.host.npos && flags.host.front() != '[';
  return std::string(flags.tls_cert.empty() ? "http://" : "https://") + (v6 ? "[" : "") +
         flags.host + (v6 ? "]" : "") + ":" + std::to_string(port);
}

}  // namespace

int Run(const ServeFlags& flags) {
  if (flags.tls_cert.empty() != flags.tls_key.empty()) {
    BadInput("--tls-cert and --tls-key: expected both or none, found one");
  }
  const std::vector<serve::ServedModel> models = Models(flags);
  AccessLog log(flags.access_log);
  RaiseFileLimit();
  ShareOneHeap();
  std::signal(SIGPIPE, SIG_IGN);  // clients and readers of the log may go at any time
  const sigset_t signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // for the threads to come too

  const serve::ServerOptions http = HttpOptions(flags);
  serve::ServiceOptions options;
  options.http = http.limits;
  options.upload.sound_s = 60 * flags.upload_minutes;
  options.stems = StemsModeOf(flags.model.stems);
  options.separation.demucs = flags.model.demucs.empty() ? "" : models.front().options.demucs;
  options.separation.threads = static_cast<int>(flags.model.threads);
  serve::Service service(models, Limits(flags), options,
                         [](const std::string& trouble) { PrintWarnings({trouble}); });
  for (const serve::ModelStatus& model : service.jobs.models()) PrintWarnings(model.info.warnings);
  serve::HttpServer server(http, serve::AllRoutes(service), [&](const serve::AccessRecord& record) {
    service.metrics.Count(record);
    log.Write(record);
  });
  service.connections = [&server] { return server.connections(); };
  std::thread drain;
  {
    const SignalWatch watch([&] {
      std::fputs("ending: no new jobs; once more ends at once\n", stderr);
      drain = std::thread([&] { Drain(service, server, flags.drain_s); });
    });
    std::fprintf(stderr, "listening on %s\n", AddressOf(flags, server.port()).c_str());
    server.Run();
  }
  if (drain.joinable()) drain.join();
  return 0;
}

}  // namespace musicgen::cli

#else

namespace musicgen::cli {

int Run(const ServeFlags&) { return 2; }  // never asked for: the parser does not know it

}  // namespace musicgen::cli
#endif
