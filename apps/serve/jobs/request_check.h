// What a job may ask for, found out before it waits in line.
#pragma once

#include "musicgen/events.hpp"
#include "musicgen/model_info.hpp"
#include "serve/jobs/job.h"
#include "serve/jobs/job_limits.h"

namespace musicgen::serve {

// Throw Refusal(400), which names the field as the HTTP interface does.
void CheckOrder(const JobRequest& order, const ModelInfo& info, const JobLimits& limits);
void CheckSteering(const Steering& steering, const JobLimits& limits);

}  // namespace musicgen::serve
