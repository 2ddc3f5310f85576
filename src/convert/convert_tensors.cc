#include "convert/convert_tensors.h"

#include <unordered_set>
#include <utility>

#include "base/error.h"

namespace musicgen::convert {
namespace {

constexpr char kT5[] = "text_encoder.", kCodec[] = "audio_encoder.";

class Collector {
 public:
  void AddLm(const model::StageTensors& stage) {
    for (const std::string& name : stage.source->Names()) {
      if (!name.starts_with(kT5) && !name.starts_with(kCodec)) Add(stage, name, name);
    }
  }
  void AddT5(const model::StageTensors& stage) {
    for (const std::string& name : stage.source->Names()) {
      if (!name.starts_with(stage.prefix)) continue;
      const std::string inner = name.substr(stage.prefix.size());
      if (inner == "shared.weight" || inner.starts_with("encoder.")) Add(stage, name, kT5 + inner);
    }
  }
  void AddCodec(const model::StageTensors& stage) {
    for (const std::string& name : stage.source->Names()) {
      if (!name.starts_with(stage.prefix)) continue;
      Add(stage, name, kCodec + name.substr(stage.prefix.size()));
    }
  }
  std::vector<ModelTensor> Take() { return std::move(tensors_); }

 private:
  void Add(const model::StageTensors& stage, const std::string& inner, std::string name) {
    if (!names_.insert(name).second) {
      ThrowBadInput("tensor ", Printable(name), ": found in two files");
    }
    tensors_.push_back({std::move(name), stage.source->Get(inner), stage.source.get()});
  }

  std::vector<ModelTensor> tensors_;
  std::unordered_set<std::string> names_;
};

}  // namespace

std::vector<ModelTensor> AllTensors(const model::ModelFiles& files) {
  Collector collector;
  collector.AddLm(files.lm_tensors);
  collector.AddT5(files.t5_tensors);
  collector.AddCodec(files.codec_tensors);
  return collector.Take();
}

}  // namespace musicgen::convert
