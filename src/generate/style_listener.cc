#include "generate/style_listener.h"

#include <algorithm>
#include <utility>

#include "audio/resample.h"
#include "model/memory_need.h"

namespace musicgen::generate {
namespace {

constexpr size_t kMostHeard = 16;  // of 3 s, half a megabyte each

}  // namespace

std::optional<StyleVectors> StyleListener::Recall(const StyleSource& source) {
  std::lock_guard<std::mutex> lock(heard_mutex_);
  const auto found = std::find_if(heard_.begin(), heard_.end(),
                                  [&](const auto& each) { return each.first == source; });
  if (found == heard_.end()) return std::nullopt;
  std::rotate(heard_.begin(), found, found + 1);
  return heard_.front().second;
}

void StyleListener::Remember(const StyleSource& source, const StyleVectors& vectors) {
  std::lock_guard<std::mutex> lock(heard_mutex_);
  heard_.emplace_front(source, vectors);
  if (heard_.size() > kMostHeard) heard_.pop_back();
}

std::shared_ptr<const StyleListener::Weights> StyleListener::Load(ThreadPool& pool,
                                                                  int64_t excerpt_samples) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (auto weights = weights_.lock()) return weights;
  if (!mert_) mert_ = model::FindMert(files_);
  const conditioning::StyleConfig& style = files_.style->config;
  model::CheckStyleMemory(files_, *mert_,
                          excerpt_samples * mert_->config.sample_rate_hz / style.sample_rate_hz);
  auto weights = std::make_shared<const Weights>(
      Weights{mert::Mert(pool, mert_->config, *mert_->tensors.source),
              conditioning::StyleEncoder(pool, style, files_.lm.width, *files_.lm_tensors.source)});
  weights_ = weights;
  return weights;
}

std::vector<StyleVectors> StyleListener::Listen(ThreadPool& pool,
                                                const std::vector<StyleSource>& sources,
                                                const std::atomic<bool>* stop) {
  std::vector<StyleVectors> all;
  std::shared_ptr<const Weights> weights;  // until all are heard
  for (const StyleSource& source : sources) {
    if (auto known = Recall(source)) {
      all.push_back(*std::move(known));
      continue;
    }
    if (weights == nullptr) weights = Load(pool, source.excerpt.samples);
    const Features features = weights->mert.Run(
        pool, audio::ResampleJulius(source.excerpt, weights->mert.config().sample_rate_hz), stop);
    if (features.frames == 0) return std::vector<StyleVectors>(sources.size());  // stopped
    StyleVectors vectors;
    vectors.codes = weights->encoder.Encode(pool, features, source.ds_factor, stop);
    if (vectors.codes.frames == 0) return std::vector<StyleVectors>(sources.size());
    vectors.rows = weights->encoder.Project(pool, vectors.codes, source.eval_q);
    vectors.codes.values.resize(static_cast<size_t>(source.eval_q * vectors.codes.frames));
    vectors.codes.codebooks = source.eval_q;
    Remember(source, vectors);
    all.push_back(std::move(vectors));
  }
  return all;
}

}  // namespace musicgen::generate
