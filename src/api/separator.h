// A recording to its stems.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/separate_options.hpp"
#include "musicgen/stem.hpp"

namespace musicgen::api {

// As mg_separator. Calls from several threads take turns.
class Separator {
 public:
  Separator(const std::string& path, int threads);
  ~Separator();

  const std::string& name() const;
  const std::vector<std::string>& stems() const;
  int64_t sample_rate_hz() const;
  // Nothing when the callback stopped it.
  std::optional<std::vector<Stem>> Separate(const Waveform& sound, const SeparateOptions& options);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace musicgen::api
