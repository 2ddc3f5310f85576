// The pickle inside a torch.save file, read as data: the few opcodes and globals that weight files
// need build values, everything else is refused. Nothing in a pickle is ever called.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/pickle_globals.h"
#include "checkpoint/pickle_values.h"

namespace musicgen::checkpoint {

class Pickle {
 public:
  // Protocol 2, ended by STOP, nothing behind it. Every length, count, memo number and tensor
  // layout is checked; keys must not repeat. Throws Error(kBadInput) beginning with `where`.
  static Pickle Parse(std::string_view bytes, const std::string& where,
                      PickleGlobals globals = PickleGlobals::kWeights);

  const PickleValue& root() const { return values_[root_]; }
  const PickleValue& at(PickleRef ref) const { return values_[ref]; }
  // Every storage that is named, once.
  const std::vector<PickleStorage>& storages() const { return storages_; }
  // The value under a string key, or null.
  const PickleValue* Find(const PickleDict& dict, const std::string& key) const;

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;
  std::vector<PickleStorage> storages_;
  PickleRef root_ = 0;
};

}  // namespace musicgen::checkpoint
