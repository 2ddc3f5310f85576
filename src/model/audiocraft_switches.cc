#include "model/audiocraft_switches.h"

#include <limits>

#include "base/error.h"

namespace musicgen::model {

using checkpoint::Config;

void ExpectBool(const Config& config, const std::string& key, bool otherwise, bool expected) {
  if (config.Bool(key, otherwise) == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected ? "true" : "false", ", found ",
                expected ? "false" : "true", " (not supported)");
}

void ExpectInt(const Config& config, const std::string& key, int64_t otherwise, int64_t expected) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const int64_t found = config.Int(key, otherwise, -kMost, kMost);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", found, " (not supported)");
}

void ExpectNumber(const Config& config, const std::string& key, double otherwise, double expected) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const double found = config.Number(key, otherwise, -kMost, kMost);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", found, " (not supported)");
}

void ExpectString(const Config& config, const std::string& key, const std::string& otherwise,
                  const std::string& expected) {
  const std::string found = config.String(key, otherwise);
  if (found == expected) return;
  ThrowBadInput(config.Where(key), ": expected ", expected, ", found ", Printable(found),
                " (not supported)");
}

void ExpectNull(const Config& config, const std::string& key) {
  if (!config.Has(key)) return;
  ThrowBadInput(config.Where(key), ": expected null, found a value (not supported)");
}

}  // namespace musicgen::model
