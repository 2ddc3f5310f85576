// What lm/network_backend.h keeps of conditions and streams.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lm/decode_backend.h"
#include "lm/network.h"

namespace musicgen::lm {

// Branches, and of each the keys and values of its cross-attention source.
class NetworkConditions : public PreparedConditions {
 public:
  // With `keep` what keys and values are made of is kept, for Restore.
  NetworkConditions(Network& network, Conditions conditions, bool keep);

  int64_t rows_left() const override { return left_; }
  void Pass(Network& network, int64_t rows);

  struct Cross {
    Network::CacheHandle cache;  // null where the branch has no such source
    int64_t rows = 0, passed = 0;
  };
  // The same sources on another network, as far as they have been passed.
  void Restore(Network& network);

  const std::vector<Branch>& branches() const { return *branches_; }
  std::shared_ptr<const std::vector<Branch>> shared_branches() const { return branches_; }

  std::vector<Cross> cross;  // of each branch
  bool uniform = true;       // the branches agree

 private:
  const bool keep_;
  std::shared_ptr<std::vector<Branch>> branches_;
  int64_t left_ = 0;
};

// One branch of a stream: a sequence with a cache of its own.
struct NetworkLane {
  // From a row on, what the rows were conditioned on.
  struct Past {
    int64_t from;
    std::shared_ptr<const std::vector<Branch>> branches;
  };

  Network::CacheHandle cache;
  int64_t passed = 0;      // rows that have gone into the network: prefix, then columns
  std::vector<Past> past;  // where the network can be built anew
};

struct NetworkStream {
  StreamId id = 0;
  StreamSpec spec;
  std::shared_ptr<const NetworkConditions> conditions;
  Codes sequence;                  // [K, S], kUnknownCode where a code is still to be drawn
  int64_t next_step = 0;           // the column that the next step samples
  int64_t under_way = 0;           // columns before it that the network has not given out yet
  std::vector<NetworkLane> lanes;  // of the first branches
  size_t active = 0;               // lanes that count: one, or one for each branch
  bool uniform = true;             // its branches have always agreed: one lane is all of them
  bool failed = false;

  size_t wanted_lanes() const;
  const ConditionRows& prefix(size_t branch) const { return conditions->branches()[branch].prefix; }
  // The last column is never fed back.
  int64_t positions(size_t branch) const { return prefix(branch).rows + spec.pattern.steps() - 1; }
  // A step itself passes the column before the one it samples.
  int64_t RowsLeft(size_t branch) const {
    return prefix(branch).rows + next_step - 1 - lanes[branch].passed;
  }
  Network::Row Row(size_t branch, int64_t position) const;
  // What its next step draws, from the logits of the rows of a step from `row` on.
  Network::Draw Draw(size_t row) const;
  // As if the steps under way had not been made.
  void TakeBack();
  // Its lanes' keys and values on another network, where its conditions are already.
  void Restore(Network& network);
};

}  // namespace musicgen::lm
