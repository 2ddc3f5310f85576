// A scheduler over a tiny model and a device that is late and may fail.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fixtures_directory.h"
#include "generate/golden_model.h"
#include "generate/pipeline.h"
#include "generate/stages.h"
#include "lm/late_backend.h"
#include "lm/network_backend.h"
#include "session/scheduler.h"

namespace musicgen::session {

// What a request ended with, and what came on the way.
struct Outcome {
  std::vector<float> sound;  // of the first channel
  Codes codes;
  Event::Kind end = Event::Kind::kProgress;  // until it has ended
  ErrorCode error = ErrorCode::kFailure;
  bool deferred = false;
  int64_t steps_done = 0;
  std::vector<int64_t> steered;
};

class Schedule {
 public:
  // On the processor, or on the first Vulkan device, which runs ahead by at most `gpu_ahead` steps.
  explicit Schedule(const std::string& fixture, size_t late = 0, const SchedulerLimits& limits = {},
                    std::optional<size_t> gpu_ahead = std::nullopt)
      : stages_(model::OpenModel(std::string(kFixturesDirectory) + "/" + fixture, "", ""),
                model::ChooseFormats(Precision::kF32), 2,
                {gpu_ahead ? std::optional<size_t>(0) : std::nullopt, false}),
        pipeline_(stages_, stages_.files().dialect, /*as_batch=*/false),
        device(Limited(stages_.MakeBackend(), gpu_ahead), late),
        scheduler_(std::make_unique<Scheduler>(pipeline_, device, limits)) {}

  RequestId Submit(const GenerationRequest& request, const RequestOptions& options = {}) {
    const RequestId id = next_id_++;
    scheduler_->Submit({{id, request, options}});
    return id;
  }
  // False when nothing is left.
  bool Step() {
    if (scheduler_->idle()) return false;
    std::vector<Event> events;
    scheduler_->Step(&events);
    for (const Event& event : events) Take(event);
    return true;
  }
  void Finish() {
    while (Step()) {
    }
  }

  Scheduler& scheduler() { return *scheduler_; }
  generate::Stages& stages() { return stages_; }
  const generate::Pipeline& pipeline() const { return pipeline_; }

  std::map<RequestId, Outcome> outcomes;

 private:
  static std::unique_ptr<lm::DecodeBackend> Limited(std::unique_ptr<lm::DecodeBackend> backend,
                                                    std::optional<size_t> ahead) {
    if (ahead) static_cast<lm::NetworkBackend&>(*backend).LimitRunAhead(*ahead);
    return backend;
  }

  void Take(const Event& event) {
    Outcome& outcome = outcomes[event.request];
    EXPECT_EQ(outcome.end, Event::Kind::kProgress) << "an event after the last one";
    switch (event.kind) {
      case Event::Kind::kDeferred:
        outcome.deferred = true;
        break;
      case Event::Kind::kSound:
        outcome.sound.insert(outcome.sound.end(), event.sound.channel(0),
                             event.sound.channel(0) + event.sound.samples);
        break;
      case Event::Kind::kSteered:
        outcome.steered.push_back(event.steered_step);
        break;
      case Event::Kind::kProgress:
        outcome.steps_done = event.progress.steps_done;
        break;
      case Event::Kind::kFailed:
        outcome.error = event.error->code();
        [[fallthrough]];
      case Event::Kind::kDone:
      case Event::Kind::kCancelled:
        outcome.codes = event.result.codes;
        outcome.end = event.kind;
    }
  }

  generate::Stages stages_;
  generate::Pipeline pipeline_;

 public:
  lm::LateBackend device;

 private:
  std::unique_ptr<Scheduler> scheduler_;
  RequestId next_id_ = 1;
};

}  // namespace musicgen::session
