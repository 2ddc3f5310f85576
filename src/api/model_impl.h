// What a Model holds.
#pragma once

#include <memory>
#include <mutex>

#include "api/model.h"
#include "generate/pipeline.h"
#include "generate/stages.h"
#include "session/shared_scheduler.h"

namespace musicgen::api {

struct Model::Impl {
  Impl(model::ModelFiles files, const model::StageFormats& formats, const model::Device& device,
       const ModelOptions& options, const std::function<void(const std::string&)>& tell);

  // Made when first needed, with the language model.
  session::SharedScheduler& scheduler();

  ModelInfo info;
  generate::Stages stages;
  generate::Pipeline pipeline;
  session::SchedulerLimits limits;
  std::mutex scheduler_mutex;
  std::unique_ptr<session::SharedScheduler> shared;
};

}  // namespace musicgen::api
