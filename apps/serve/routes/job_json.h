// A job as clients see it.
#pragma once

#include <string>

#include "serve/jobs/job.h"
#include "serve/routes/field.h"

namespace musicgen::serve {

const char* StateName(JobState state);
bool HasEnded(JobState state);
Json JobJson(const JobStatus& status);
Json JobSchema();

}  // namespace musicgen::serve
