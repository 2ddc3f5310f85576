// Settings of AudioCraft that are implemented for one value only.
#pragma once

#include <string>

#include "checkpoint/config.h"

namespace musicgen::model {

// Throw Error(kBadInput) naming the key when its value, or AudioCraft's default where it is absent
// or null, is not `expected`.
void ExpectBool(const checkpoint::Config& config, const std::string& key, bool otherwise,
                bool expected);
void ExpectInt(const checkpoint::Config& config, const std::string& key, int64_t otherwise,
               int64_t expected);
void ExpectNumber(const checkpoint::Config& config, const std::string& key, double otherwise,
                  double expected);
void ExpectString(const checkpoint::Config& config, const std::string& key,
                  const std::string& otherwise, const std::string& expected);
void ExpectNull(const checkpoint::Config& config, const std::string& key);

}  // namespace musicgen::model
