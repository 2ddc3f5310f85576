// The models of this server: which are loaded, which make room.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "musicgen/model.hpp"
#include "musicgen/session.hpp"
#include "serve/http/failure.h"
#include "serve/jobs/served_model.h"
#include "serve/jobs/worker.h"

namespace musicgen::serve {

struct LoadedModel {
  explicit LoadedModel(const ModelOptions& options) : model(options) {}
  Model model;
  std::optional<Session> session;  // once its weights are there; ends before the model
};

struct ShelvedModel {
  ServedModel served;
  ModelInfo info;
  std::string device;  // on which its language model computes, once it was loaded
  // Of the owner's thread alone while `active` is above 0, else of the loader's.
  std::unique_ptr<LoadedModel> loaded;
  bool loading = false;
  int active = 0;                  // takes in its session
  int wanted = 0;                  // jobs that wait for a place in it
  uint64_t last_used = 0;          // counts the uses of all models
  std::optional<Failure> failure;  // of the last attempt to load it, until the owner has seen it
};

// Everything is called with the lock held that it is given.
class ModelShelf {
 public:
  // `changed` is called with the lock held, on the loader's thread.
  ModelShelf(std::vector<ServedModel> models, uint64_t weights_bytes, std::mutex& mutex,
             std::function<void()> changed, std::function<void(const std::string&)> trouble);

  std::vector<ShelvedModel>& models() { return models_; }
  const std::vector<ShelvedModel>& models() const { return models_; }
  // Of the first model for ""; throws Refusal(404).
  size_t Find(const std::string& name) const;
  // On the loader's thread; where memory is short, idle models that were used longest ago make
  // room.
  void Load(size_t index);
  void Use(ShelvedModel& model) { model.last_used = ++uses_; }

 private:
  void LoadNow(size_t index);
  std::unique_ptr<LoadedModel> MakeLoaded(size_t index);
  void CheckWeights(size_t index) const;
  bool DropOne();

  std::vector<ShelvedModel> models_;
  const uint64_t weights_bytes_;
  std::mutex& mutex_;
  const std::function<void()> changed_;
  const std::function<void(const std::string&)> trouble_;
  uint64_t uses_ = 0;
  Worker loader_;  // ends first
};

}  // namespace musicgen::serve
