#include "serve/jobs/model_shelf.h"

#include <set>
#include <utility>

#include "musicgen/bench.hpp"
#include "serve/http/failure.h"

namespace musicgen::serve {
namespace {

constexpr int kRetryAfterS = 30;

uint64_t WeightsBytes(const ModelInfo& info) {
  const auto need = info.memory.find(PrecisionName(info.precision));
  return need == info.memory.end() ? 0 : need->second.weights_bytes;
}

}  // namespace

ModelShelf::ModelShelf(std::vector<ServedModel> models, uint64_t weights_bytes, std::mutex& mutex,
                       std::function<void()> changed,
                       std::function<void(const std::string&)> trouble)
    : weights_bytes_(weights_bytes),
      mutex_(mutex),
      changed_(std::move(changed)),
      trouble_(std::move(trouble)),
      loader_(1, Worker::Kind::kDroppedAtTheEnd, /*gives_way=*/false) {
  if (models.empty()) throw Error(ErrorCode::kBadInput, "serve: expected a model, found none");
  std::set<std::string> ids;
  for (ServedModel& served : models) {
    if (!ids.insert(served.id).second) {
      throw Error(ErrorCode::kBadInput,
                  "serve: expected models of different names, found " + served.id + " twice");
    }
    ShelvedModel shelved;
    shelved.info = Model(served.options).info();
    shelved.served = std::move(served);
    models_.push_back(std::move(shelved));
  }
}

size_t ModelShelf::Find(const std::string& name) const {
  if (name.empty()) return 0;
  for (size_t i = 0; i < models_.size(); ++i) {
    if (models_[i].served.id == name) return i;
  }
  std::string names;
  for (const ShelvedModel& each : models_) names += (names.empty() ? "" : ", ") + each.served.id;
  Refuse(404, "model_not_found", "model: expected one that is served, " + names + ", found another",
         "model");
}

void ModelShelf::Load(size_t index) {
  models_[index].loading = true;
  loader_.Post([this, index] { LoadNow(index); });
}

void ModelShelf::LoadNow(size_t index) {
  ShelvedModel& model = models_[index];
  std::unique_ptr<LoadedModel> loaded;
  std::optional<Failure> failure;
  std::string device;
  try {
    loaded = MakeLoaded(index);
    device = DeviceOf(loaded->model);
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    const bool memory = known != nullptr && known->code() == ErrorCode::kOutOfMemory;
    failure = Failure{.status = memory ? 503 : 500,
                      .message = "model " + model.served.id +
                                 (memory ? " does not fit into memory beside the models at work"
                                         : " cannot be loaded"),
                      .param = "model",
                      .code = memory ? "out_of_memory" : "model_failed"};
    if (memory) failure->retry_after_s = kRetryAfterS;
    if (trouble_) trouble_("model " + model.served.id + " cannot be loaded: " + error.what());
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (loaded != nullptr) model.device = std::move(device);
  model.loaded = std::move(loaded);
  model.failure = std::move(failure);
  model.loading = false;
  Use(model);
  changed_();
}

std::unique_ptr<LoadedModel> ModelShelf::MakeLoaded(size_t index) {
  const ShelvedModel& model = models_[index];
  auto loaded = std::make_unique<LoadedModel>(model.served.options);
  for (;;) {
    try {
      CheckWeights(index);
      loaded->model.Load(1, model.info.max_duration_s);
      loaded->session.emplace(loaded->model);
      return loaded;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kOutOfMemory || !DropOne()) throw;
    }
  }
}

void ModelShelf::CheckWeights(size_t index) const {
  if (weights_bytes_ == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  uint64_t bytes = WeightsBytes(models_[index].info);
  for (const ShelvedModel& each : models_) {
    if (each.loaded != nullptr) bytes += WeightsBytes(each.info);
  }
  if (bytes <= weights_bytes_) return;
  throw Error(ErrorCode::kOutOfMemory, "model " + models_[index].served.id +
                                           ": expected weights of all loaded models of at most " +
                                           std::to_string(weights_bytes_) + " bytes, found " +
                                           std::to_string(bytes));
}

// What it held is given back here, away from the owner.
bool ModelShelf::DropOne() {
  std::unique_ptr<LoadedModel> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  ShelvedModel* oldest = nullptr;
  for (ShelvedModel& each : models_) {
    const bool idle = each.loaded != nullptr && each.active == 0 && each.wanted == 0;
    if (idle && (oldest == nullptr || each.last_used < oldest->last_used)) oldest = &each;
  }
  if (oldest != nullptr) dropped = std::move(oldest->loaded);
  return oldest != nullptr;
}

}  // namespace musicgen::serve
