// The log of a training run, in both of its forms.
#pragma once

#include <cstdint>
#include <string>

#include "train/checkpoint/event_file.h"
#include "train/checkpoint/json_lines_log.h"

namespace musicgen::train {

class RunLog {
 public:
  // In `folder`: log.jsonl and tensorboard/, without what came after `last_update`. Throws
  // Error(kFailure).
  RunLog(const std::string& folder, int64_t last_update)
      : lines_(folder + "/log.jsonl", last_update), events_(folder + "/tensorboard", last_update) {}

  void Write(const std::string& kind, int64_t update, const LogValues& values) {
    lines_.Write(kind, update, values);
    events_.Write(kind, update, values);
  }

 private:
  JsonLinesLog lines_;
  EventFile events_;
};

}  // namespace musicgen::train
