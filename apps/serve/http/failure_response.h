// A failure as its client reads it.
#pragma once

#include "serve/http/failure.h"
#include "serve/http/message.h"
#include "serve/http/route.h"

namespace musicgen::serve {

// {"error": {"message", "type", "param", "code"}}, with Retry-After where the failure has it.
Response FailureResponse(const Failure& failure);

// In the shape that the route's clients expect; route may be null. Its status is the failure's.
Response FailureResponse(const Route* route, const Failure& failure);

}  // namespace musicgen::serve
