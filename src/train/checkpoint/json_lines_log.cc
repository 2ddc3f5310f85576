#include "train/checkpoint/json_lines_log.h"

#include <cmath>
#include <fstream>

#include "base/error.h"
#include "base/write_whole.h"
#include "checkpoint/json.h"
#include "train/checkpoint/training_state.h"

namespace musicgen::train {
namespace {

// The line's update, or −1 where the line is broken: the last one of a killed run may be.
int64_t UpdateOf(const std::string& line) {
  try {
    const checkpoint::JsonValue value = checkpoint::ParseJson(line, "log");
    const auto* object = value.as<checkpoint::JsonObject>();
    const auto* update = object == nullptr ? nullptr : checkpoint::Find(*object, "update");
    const auto* number = update == nullptr ? nullptr : update->as<int64_t>();
    return number == nullptr ? -1 : *number;
  } catch (const Error&) {
    return -1;
  }
}

}  // namespace

JsonLinesLog::JsonLinesLog(const std::string& path, int64_t last_update) : path_(path) {
  std::string kept, line;
  std::ifstream old(path);
  bool dropped = false;
  while (std::getline(old, line)) {
    const int64_t update = UpdateOf(line);
    const bool keep = 0 <= update && update <= last_update;
    dropped |= !keep;
    if (keep) kept += line + "\n";
  }
  if (dropped) WriteWhole(path, kept);
}

void JsonLinesLog::Write(const std::string& kind, int64_t update, const LogValues& values) {
  std::string line = StrCat("{\"kind\":", checkpoint::QuoteJson(kind), ",\"update\":", update);
  for (const auto& [name, value] : values) {
    line += StrCat(",", checkpoint::QuoteJson(name), ":",
                   std::isfinite(value) ? ExactNumber(value) : "null");
  }
  std::ofstream file(path_, std::ios::app);
  file << line << "}\n" << std::flush;
  if (!file) ThrowFailure("cannot write ", Printable(path_, 300));
}

}  // namespace musicgen::train
