// stdin and stdout of a program that must stand still for neither.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace musicgen::cli {

// The lines of stdin, as far as they have come.
class LineInput {
 public:
  static constexpr size_t kMostBytes = 1 << 20;  // of a line

  struct Line {
    std::string text;  // without its end
    int64_t number = 0;
    bool too_long = false;  // then without its text
  };

  // Reads what there is, at most 64 KiB. To be called when there is something, else it waits.
  void Read();
  bool Take(Line& line);
  bool ended() const { return ended_; }  // nothing will be read any more

 private:
  std::string bytes_;
  size_t begin_ = 0;  // of the next line in them
  bool ended_ = false;
  bool skipping_ = false;  // the rest of a line that is too long
  int64_t taken_ = 0;
};

// What stdout does not take at once is kept until it does.
class WaitingOutput {
 public:
  void Put(std::span<const uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  bool empty() const { return sent_ == bytes_.size(); }
  // Sends a piece that stdout takes at once. To be called when it takes any, else it waits. Throws
  // Error(kFailure).
  void Send();

 private:
  std::vector<uint8_t> bytes_;
  size_t sent_ = 0;
};

// Until stdin has something to read (if `input`), stdout takes something (if `output`), a signal
// comes, or the time is over.
struct Readiness {
  bool input = false, output = false;
};
Readiness WaitForStreams(bool input, bool output, std::chrono::milliseconds most);

}  // namespace musicgen::cli
