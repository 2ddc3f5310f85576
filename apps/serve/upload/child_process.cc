#include "serve/upload/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "common/errors.h"

namespace musicgen::serve {
namespace {

constexpr std::chrono::milliseconds kGlance(1);

[[noreturn]] void CannotStart(int error) {
  throw Error(ErrorCode::kFailure,
              std::string("cannot start the decoder of uploads: ") + std::strerror(error));
}

// dup2 in the child must not meet the descriptors that it replaces.
Descriptor BeyondStandard(int number) {
  Descriptor low(number);
  if (number > STDERR_FILENO) return low;
  Descriptor high(fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (high.number() < 0) CannotStart(errno);
  return high;
}

class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// No signal is blocked or ignored as in the thread that starts it, and Ctrl-C on a terminal goes to
// the parent alone.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                           const Descriptor& input) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) CannotStart(errno);
  output_ = BeyondStandard(ends[0]);
  const Descriptor to_parent = BeyondStandard(ends[1]);
  const Descriptor from_parent = BeyondStandard(fcntl(input.number(), F_DUPFD_CLOEXEC, 0));

  Actions actions;
  posix_spawn_file_actions_adddup2(actions.get(), from_parent.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), to_parent.number(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);
  std::vector<char*> words = {const_cast<char*>("musicgen")};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  std::string path;
  std::vector<char*> environment;
  if (const char* libraries = std::getenv("LD_LIBRARY_PATH")) {
    path = std::string("LD_LIBRARY_PATH=") + libraries;
    environment.push_back(path.data());
  }
  environment.push_back(nullptr);
  Attributes attributes;
  const int error = posix_spawn(&pid_, program.c_str(), actions.get(), attributes.get(),
                                words.data(), environment.data());
  if (error != 0) {
    pid_ = -1;
    CannotStart(error);
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ChildProcess::Heard ChildProcess::Read(void* data, size_t size, Deadline deadline) {
  char* to = static_cast<char*>(data);
  while (size > 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Heard::kLate;
    pollfd waiting = {output_.number(), POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::min<long>(left.count(), 1 << 30)));
    if (ready <= 0) continue;
    const ssize_t got = read(output_.number(), to, size);
    if (got == 0) return Heard::kEnd;
    if (got < 0) continue;
    to += got;
    size -= static_cast<size_t>(got);
  }
  return Heard::kAll;
}

std::optional<int> ChildProcess::Wait(Deadline deadline) {
  while (true) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno == ECHILD)) pid_ = -1;
    if (ended > 0) return status;
    if (pid_ < 0 || std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kGlance);
  }
}

}  // namespace musicgen::serve
