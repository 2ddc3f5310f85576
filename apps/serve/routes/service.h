// What all operations stand on.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "serve/http/server.h"
#include "serve/jobs/jobs.h"
#include "serve/routes/metrics.h"
#include "serve/routes/timer.h"
#include "serve/upload/decode_upload.h"

namespace musicgen::serve {

struct ServiceOptions {
  HttpLimits http;
  UploadLimits upload;
};

// Outlives the HttpServer whose routes use it.
struct Service {
  Service(Jobs& its_jobs, const ServiceOptions& its_options)
      : jobs(its_jobs), options(its_options) {}

  Jobs& jobs;
  const ServiceOptions options;
  Metrics metrics;
  Timer timer;
  std::function<int()> connections = [] { return 0; };
};

}  // namespace musicgen::serve
