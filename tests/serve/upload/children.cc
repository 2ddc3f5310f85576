#include "children.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <map>

#include "serve/upload/sandbox.h"
#include "serve/upload/wire.h"

namespace musicgen::serve {
namespace {

using Calls = std::map<std::string, std::function<void()>>;

void* Page(int protection) {
  return mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

const Calls& Forbidden() {
  static const Calls calls = {
    {"open", [] { open("/etc/passwd", O_RDONLY); }},
    {"read", [] { read(STDIN_FILENO, Page(PROT_READ | PROT_WRITE), 1); }},
#if !defined(MUSICGEN_SANITIZED)
    {"write-elsewhere", [] { write(7, "x", 1); }},
#endif
    {"socket", [] { socket(AF_INET, SOCK_STREAM, 0); }},
    {"fork", [] { fork(); }},
    {"execute",
     [] {
       char name[] = "true";
       char* const words[] = {name, nullptr};
       execv("/bin/true", words);
     }},
    {"kill-parent", [] { kill(getppid(), SIGTERM); }},
    {"trace", [] { ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr); }},
    {"map-code", [] { Page(PROT_READ | PROT_EXEC); }},
    {"make-code", [] { mprotect(Page(PROT_READ), 4096, PROT_READ | PROT_EXEC); }},
    {"map-input", [] { mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0); }},
    {"duplicate", [] { dup(STDOUT_FILENO); }},
  };
  return calls;
}

void Say(const UploadAnswer& answer, size_t values = 0, float value = 0) {
  write(STDOUT_FILENO, &answer, sizeof answer);
  const std::vector<float> samples(values, value);
  write(STDOUT_FILENO, samples.data(), samples.size() * sizeof(float));
}

UploadAnswer Sound(int64_t rate, int64_t channels, int64_t samples) {
  UploadAnswer answer = {};
  answer.mark = UploadAnswer::kMark;
  answer.sample_rate_hz = rate;
  answer.channels = channels;
  answer.samples = samples;
  return answer;
}

[[noreturn]] void Spin() {
  for (;;) asm volatile("");
}

const Calls& Others() {
  static const Calls calls = {
      {"exits", [] { _exit(3); }},
      {"hangs", [] { pause(); }},
      {"spins", [] { Spin(); }},
      {"is-killed", [] { raise(SIGKILL); }},
      {"hangs-in-the-answer", [] { Say(Sound(8000, 1, 10), 5), pause(); }},
      {"ends-in-the-answer", [] { Say(Sound(8000, 1, 10), 5), raise(SIGKILL); }},
      {"says-nonsense", [] { Say(UploadAnswer{}, 100); }},
      {"says-too-much", [] { Say(Sound(8000, 1, int64_t{1} << 60)); }},
      {"says-too-long", [] { Say(Sound(1, 1, 601), 601); }},
      {"says-no-rate", [] { Say(Sound(0, 1, 1), 1); }},
      {"says-nothing", [] { Say(Sound(8000, 1, 0)); }},
      {"says-no-number",
       [] { Say(Sound(8000, 1, 2), 2, std::numeric_limits<float>::quiet_NaN()); }},
      {"says-lines",
       [] {
         UploadAnswer answer = {};
         answer.mark = UploadAnswer::kMark;
         answer.error = 1;
         answer.sentence_bytes = 4;
         write(STDOUT_FILENO, &answer, sizeof answer);
         write(STDOUT_FILENO, "a\r\nb", 4);
       }},
      {"answers-and-stays", [] { Say(Sound(8000, 1, 1), 1), pause(); }},
      {"sees-the-key",
       [] { Say(Sound(8000, 1, 1), 1, std::getenv("MUSICGEN_API_KEY") == nullptr ? 0 : 1); }},
      {"sees-a-file",
       [] {
         bool any = false;
         for (int file = 3; file < 1000; ++file) any = any || fcntl(file, F_GETFD) >= 0;
         Say(Sound(8000, 1, 1), 1, any ? 1 : 0);
       }},
      {"spins-in-the-sandbox",
       [] {
         EnterSandbox({1 << 30, 1}), Spin();
       }},
  };
  return calls;
}

[[noreturn]] void BeChild(int argc, char** argv) {
  if (argc < 3) DecodeUploadChild();
  if (const auto other = Others().find(argv[2]); other != Others().end()) {
    other->second();
    _exit(0);
  }
  const auto& call = Forbidden().at(argv[2]);
  EnterSandbox({1 << 30, 10});
  call();
  Say(Sound(8000, 1, 1), 1);  // survived
  _exit(0);
}

}  // namespace

std::vector<std::string> ForbiddenCalls() {
  std::vector<std::string> names;
  for (const auto& [name, call] : Forbidden()) names.push_back(name);
  return names;
}

}  // namespace musicgen::serve

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "decode-upload") == 0) musicgen::serve::BeChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
