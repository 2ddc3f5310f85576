// What all operations stand on.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "musicgen/stems.hpp"
#include "serve/http/server.h"
#include "serve/jobs/jobs.h"
#include "serve/routes/metrics.h"
#include "serve/routes/separations.h"
#include "serve/routes/timer.h"
#include "serve/upload/decode_upload.h"

namespace musicgen::serve {

struct ServiceOptions {
  HttpLimits http;
  UploadLimits upload;
  SeparationOptions separation;
  // Of melodies, for requests that leave it open; kOff: none may ask for it.
  StemsMode stems = StemsMode::kAuto;
};

// Outlives the HttpServer whose routes use it.
struct Service {
  Service(std::vector<ServedModel> models, const JobLimits& limits,
          const ServiceOptions& its_options, std::function<void(const std::string&)> trouble)
      : options(its_options),
        separations(its_options.separation),
        jobs(std::move(models), limits, std::move(trouble)) {}
  ~Service() {
    separations.Stop();
    timer.Stop();  // what is due uses the jobs
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const ServiceOptions options;
  Metrics metrics;
  Timer timer;
  std::function<int()> connections = [] { return 0; };
  Separations separations;
  Jobs jobs;  // the last member: its threads use the others to their end
};

}  // namespace musicgen::serve
