// What a server's connections share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "serve/http/access_log.h"
#include "serve/http/body_budget.h"
#include "serve/http/connection_set.h"
#include "serve/http/gate.h"
#include "serve/http/loop.h"

namespace musicgen::serve {

// On the server's thread.
struct ServerState {
  const HttpLimits limits;
  const Gate gate;
  const std::function<void(const AccessRecord&)> access_log;
  const std::shared_ptr<Loop> loop;
  const std::shared_ptr<BodyBudget> bodies;
  ConnectionSet connections;
  uint64_t requests = 0;
  bool stopping = false;
};

}  // namespace musicgen::serve
