#include "cli/bandwidth_probe.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "common/errors.h"
#include "musicgen/bench.hpp"

namespace musicgen::cli {
namespace {

constexpr int kAgain = 0;  // in place of a number of threads: one more pass

template <class T>
bool Read(int file, T* value) {
  return read(file, value, sizeof(T)) == static_cast<ssize_t>(sizeof(T));
}

template <class T>
bool Write(int file, const T& value) {
  return write(file, &value, sizeof(T)) == static_cast<ssize_t>(sizeof(T));
}

// Answers every number with bytes per second, until the other side is closed; 0 says that there is
// no memory for the buffer.
[[noreturn]] void Serve(int in, int out) {
  std::unique_ptr<BandwidthReader> reader;
  for (int threads; Read(in, &threads);) {
    double bytes_per_s = 0;
    try {
      if (threads != kAgain) reader = std::make_unique<BandwidthReader>(threads);
      if (reader) bytes_per_s = reader->Pass();
    } catch (const Error&) {
    }
    if (!Write(out, bytes_per_s)) break;
  }
  reader.reset();
  _exit(0);
}

}  // namespace

BandwidthProbe::BandwidthProbe() {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) throw Error(ErrorCode::kFailure, "bench: no pipe");
  child_ = fork();
  if (child_ < 0) throw Error(ErrorCode::kFailure, "bench: no process for measuring the bandwidth");
  if (child_ == 0) {
    close(down[1]);
    close(up[0]);
    Serve(down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  to_child_ = down[1];
  from_child_ = up[0];
}

BandwidthProbe::~BandwidthProbe() {
  close(to_child_);
  close(from_child_);
  waitpid(child_, nullptr, 0);
}

double BandwidthProbe::Ask(int threads) {
  double bytes_per_s = 0;
  if (!Write(to_child_, threads) || !Read(from_child_, &bytes_per_s) || bytes_per_s <= 0) {
    throw Error(ErrorCode::kFailure, "bench: the memory's bandwidth could not be measured");
  }
  return bytes_per_s;
}

void BandwidthProbe::Prepare(int threads) { Ask(threads); }

void BandwidthProbe::Pass() { passes_.push_back(Ask(kAgain)); }

double BandwidthProbe::Best() const {
  return passes_.empty() ? 0 : *std::max_element(passes_.begin(), passes_.end());
}

}  // namespace musicgen::cli
