#include "cli/live_streams.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "musicgen/error.hpp"

namespace musicgen::cli {
namespace {

constexpr size_t kReadBytes = 1 << 16;
constexpr size_t kSentBytes = 4096;  // a pipe that takes any takes so many

}  // namespace

void LineInput::Read() {
  bytes_.erase(0, begin_);
  begin_ = 0;
  const size_t before = bytes_.size();
  bytes_.resize(before + kReadBytes);
  const ssize_t got = read(STDIN_FILENO, bytes_.data() + before, kReadBytes);
  const bool later = got < 0 && (errno == EINTR || errno == EAGAIN);
  bytes_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got <= 0 && !later) ended_ = true;  // also a stdin that is closed
}

bool LineInput::Take(Line& line) {
  const size_t newline = bytes_.find('\n', begin_);
  const bool whole = newline != std::string::npos;
  const size_t size = (whole ? newline : bytes_.size()) - begin_;
  const bool last = !whole && ended_ && size > 0;
  const bool too_long = size > kMostBytes;
  if (!whole && !last && !too_long) return false;
  const bool rest = skipping_;
  if (!rest) ++taken_;
  if (!rest) line = {too_long ? "" : bytes_.substr(begin_, size), taken_, too_long};
  begin_ += size + (whole ? 1 : 0);
  skipping_ = !whole && !last;
  if (rest) return Take(line);
  if (line.text.ends_with('\r')) line.text.pop_back();
  return true;
}

void WaitingOutput::Send() {
  const size_t size = std::min(kSentBytes, bytes_.size() - sent_);
  const ssize_t sent = write(STDOUT_FILENO, bytes_.data() + sent_, size);
  if (sent < 0 && errno != EINTR && errno != EAGAIN) {
    throw Error(ErrorCode::kFailure,
                std::string("cannot write to stdout: ") + std::strerror(errno));
  }
  sent_ += static_cast<size_t>(std::max<ssize_t>(sent, 0));
  if (empty()) {
    bytes_.clear();
    sent_ = 0;
  }
}

Readiness WaitForStreams(bool input, bool output, std::chrono::milliseconds most) {
  pollfd streams[] = {{input ? STDIN_FILENO : -1, POLLIN, 0},
                      {output ? STDOUT_FILENO : -1, POLLOUT, 0}};
  if (poll(streams, 2, static_cast<int>(most.count())) <= 0) return {};
  return {streams[0].revents != 0, streams[1].revents != 0};
}

}  // namespace musicgen::cli
