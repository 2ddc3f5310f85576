#include "serve/routes/order.h"

#include <utility>
#include <vector>

#include "common/errors.h"

namespace musicgen::serve {
namespace {

constexpr double kMelodySpareSeconds = 60;  // more than the chroma of one window takes

// As far as the music listens to it: the command line reads the same.
Excerpt MelodyExcerpt(const GenerationParams& params, const ModelInfo& info) {
  if (params.duration_s == kEndless) return {};
  return {0, params.duration_s + params.max_duration_s.value_or(info.max_duration_s) +
                 kMelodySpareSeconds};
}

StemsMode StemsOf(const Order& order, const ServiceOptions& options) {
  if (options.stems == StemsMode::kOff && order.stems == StemsMode::kOn) {
    RefuseInput("stems", "stems: expected off, since this server separates no melodies, found on");
  }
  return options.stems == StemsMode::kOff ? StemsMode::kOff : order.stems.value_or(options.stems);
}

// "facebook/musicgen-stereo-small" and "models/stereo-small/" as "stereo-small".
std::string ShortName(std::string name) {
  while (!name.empty() && name.back() == '/') name.pop_back();
  if (const size_t slash = name.rfind('/'); slash != name.npos) name.erase(0, slash + 1);
  constexpr std::string_view kPrefix = "musicgen-";
  if (name.compare(0, kPrefix.size(), kPrefix) == 0) name.erase(0, kPrefix.size());
  return name;
}

}  // namespace

Waveform DecodeSound(const Upload& upload, const UploadLimits& limits) {
  try {
    return DecodeUpload(upload.bytes, upload.name, upload.excerpt, limits);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kBadInput) throw;
    RefuseInput(upload.name, error.what());
  }
}

void Prepare(Service& service, const Call& call, Order order, PlaceOrder place) {
  const ModelInfo info = service.jobs.InfoOf(order.job.model);
  order.job.request.params.stems = StemsOf(order, service.options);
  if (!order.melody && !order.style && !order.audio_prompt)
    return place(std::move(order.job), info);
  service.jobs.PostLong([&service, call, info, order = std::move(order), place = std::move(place)] {
    call.Guard([&] {
      JobRequest job = order.job;
      const UploadLimits& limits = service.options.upload;
      if (order.melody) {
        Upload melody = *order.melody;
        melody.excerpt = MelodyExcerpt(job.request.params, info);
        job.request.melody = DecodeSound(melody, limits);
      }
      if (order.style) job.request.style = DecodeSound(*order.style, limits);
      if (order.audio_prompt) job.request.audio_prompt = DecodeSound(*order.audio_prompt, limits);
      place(std::move(job), info);
    });
  });
}

std::string DefaultModel(const Jobs& jobs) { return jobs.models().front().id; }

std::optional<std::string> FindModel(const Jobs& jobs, const std::string& name) {
  const std::vector<ModelStatus> models = jobs.models();
  for (const ModelStatus& model : models) {
    if (model.id == name) return model.id;
  }
  for (const ModelStatus& model : models) {
    if (!name.empty() && ShortName(model.id) == ShortName(name)) return model.id;
  }
  return std::nullopt;
}

}  // namespace musicgen::serve
