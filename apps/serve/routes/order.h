// What a request orders, and what is to happen before it becomes a job.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "musicgen/excerpt.hpp"
#include "musicgen/stems.hpp"
#include "serve/routes/call.h"
#include "serve/routes/service.h"

namespace musicgen::serve {

// A sound that came with a request.
struct Upload {
  std::string_view bytes;
  std::string name;  // the field, for messages
  Excerpt excerpt;
  std::shared_ptr<const std::string> owner;  // of bytes that are not the request's own
};

struct Order {
  JobRequest job;
  std::optional<Upload> melody, style, audio_prompt;
  std::optional<StemsMode> stems;  // of the melody; none: as the operator says
};

// The sound of an upload. Waits for the child that decodes it. Throws Refusal(400) that names its
// field.
Waveform DecodeSound(const Upload& upload, const UploadLimits& limits);

// Decodes the sounds of an order on a worker, then calls `place`; on this thread where there is
// nothing to decode. What is thrown answers the call.
using PlaceOrder = std::function<void(JobRequest job, const ModelInfo& info)>;
void Prepare(Service& service, const Call& call, Order order, PlaceOrder place);

// The name of the model that is served first.
std::string DefaultModel(const Jobs& jobs);
// A model's name as somebody writes it who cannot know ours: "facebook/musicgen-small", "small" and
// the path's last part mean the same. Nothing where no model has such a name.
std::optional<std::string> FindModel(const Jobs& jobs, const std::string& name);

}  // namespace musicgen::serve
