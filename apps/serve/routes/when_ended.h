// Waiting for a job's end, but not for ever.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "serve/routes/service.h"

namespace musicgen::serve {

// Calls `then` once: when the job has ended, or after so many seconds, or at once where there is no
// such job. On any thread.
void WhenEnded(Service& service, const std::string& id, double seconds, std::function<void()> then);

}  // namespace musicgen::serve
