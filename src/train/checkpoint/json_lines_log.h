// The log of a training run: one JSON object a line.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace musicgen::train {

using LogValues = std::vector<std::pair<std::string, double>>;

class JsonLinesLog {
 public:
  // Opens `path`, made when it is missing, and drops lines whose "update" is above `last_update`:
  // a run that was killed had written them after its last checkpoint. Throws Error(kFailure).
  JsonLinesLog(const std::string& path, int64_t last_update);

  // {"kind": …, "update": …, …}. Numbers that are not finite become null.
  void Write(const std::string& kind, int64_t update, const LogValues& values);

 private:
  std::string path_;
};

}  // namespace musicgen::train
