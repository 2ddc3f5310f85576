// The steerings of one take that have not taken effect.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "musicgen/events.hpp"

namespace musicgen::serve {

// Of all takes of a job.
struct SteerCall {
  int takes_left = 1;
  int64_t step = -1;  // the last of those that took effect
  std::function<void(int64_t step)> steered;
};

// A session says that a steering took effect, not which, and one whose prompt has yet to be encoded
// is overtaken by others. So of those without a step one at a time is given to the session: they
// hold in the order in which they came, and what the session says is of one of few.
class SteeringQueue {
 public:
  void Add(const Steering& steering, std::shared_ptr<SteerCall> call);
  // What the session is to be given now.
  std::vector<Steering> Give();
  // Which took effect, when the session says so in step `now` of the request: those with a step in
  // the order of their steps, none before it. Of a model that is conditioned in front of its codes
  // (`prefix_model`) a prompt holds from a later step on, or never: `is_later`.
  std::shared_ptr<SteerCall> Applied(int64_t now, bool prefix_model, bool is_later);
  // Those that never will.
  std::vector<std::shared_ptr<SteerCall>> Drop();

 private:
  struct Pending {
    Steering wanted;
    std::shared_ptr<SteerCall> call;
    bool given = false;
  };
  std::list<Pending> pending_;
};

}  // namespace musicgen::serve
