#include "serve/upload/sandbox.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "common/errors.h"

namespace musicgen::serve {
namespace {

[[noreturn]] void NoSandbox(const char* what, int error) {
  throw Error(ErrorCode::kFailure, std::string("cannot confine the decoder of uploads: ") + what +
                                       ": " + std::strerror(error));
}

void Limit(__rlimit_resource_t resource, const char* name, rlim_t soft, rlim_t hard) {
  const rlimit limit = {soft, hard};
  if (setrlimit(resource, &limit) != 0) NoSandbox(name, errno);
}

void SetLimits(const SandboxLimits& limits) {
  Limit(RLIMIT_CORE, "RLIMIT_CORE", 0, 0);
  Limit(RLIMIT_NPROC, "RLIMIT_NPROC", 0, 0);
  Limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0);
  Limit(RLIMIT_CPU, "RLIMIT_CPU", limits.cpu_s, limits.cpu_s + 1);
#if !defined(MUSICGEN_SANITIZED)
  Limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", 0, 0);
  Limit(RLIMIT_AS, "RLIMIT_AS", limits.memory_bytes, limits.memory_bytes);
#endif
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release) {
    if (context_ == nullptr) NoSandbox("seccomp", ENOMEM);
    Check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  }

  void Allow(int call) { Check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 0)); }
  void Allow(int call, scmp_arg_cmp condition) {
    Check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 1, condition));
  }
  void Allow(int call, scmp_arg_cmp condition, scmp_arg_cmp other) {
    Check(seccomp_rule_add(context_.get(), SCMP_ACT_ALLOW, call, 2, condition, other));
  }
  void Load() { Check(seccomp_load(context_.get())); }

 private:
  static void Check(int result) {
    if (result < 0) NoSandbox("seccomp", -result);
  }
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

// Of a call's argument `index`: all bits of `mask` are as in `value`.
scmp_arg_cmp Masked(unsigned index, uint64_t mask, uint64_t value) {
  return {index, SCMP_CMP_MASKED_EQ, mask, value};
}
scmp_arg_cmp Equal(unsigned index, uint64_t value) { return {index, SCMP_CMP_EQ, value, 0}; }

void AllowDecoding() {
  Filter filter;
  // The answer, and what a library says before it aborts, which goes nowhere.
  filter.Allow(SCMP_SYS(write), Equal(0, STDOUT_FILENO));
  filter.Allow(SCMP_SYS(write), Equal(0, STDERR_FILENO));
  // Memory, never of a file and never executable.
  const scmp_arg_cmp data_alone = Masked(2, PROT_EXEC, 0);
  filter.Allow(SCMP_SYS(mmap), data_alone, Masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS));
  filter.Allow(SCMP_SYS(mprotect), data_alone);
  for (const int call : {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk)}) {
    filter.Allow(call);
  }
  for (const int call : {SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigreturn),
                         SCMP_SYS(exit), SCMP_SYS(exit_group)}) {
    filter.Allow(call);
  }
  filter.Allow(SCMP_SYS(sysinfo));  // glibc's qsort, by which Vorbis sorts, asks for the memory
#if defined(MUSICGEN_SANITIZED)
  // A pipe is how it asks whether memory can be read.
  for (const int call : {SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(sched_yield),
                         SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigprocmask), SCMP_SYS(prctl),
                         SCMP_SYS(pipe2), SCMP_SYS(write), SCMP_SYS(close)}) {
    filter.Allow(call);
  }
#endif
  filter.Load();
}

}  // namespace

void EnterSandbox(const SandboxLimits& limits) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_DUMPABLE, 0) != 0) {
    NoSandbox("prctl", errno);
  }
  SetLimits(limits);
  AllowDecoding();
}

}  // namespace musicgen::serve
