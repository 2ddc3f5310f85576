// The style of a sound: its excerpt through MERT and the style encoder.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/thread_pool.h"
#include "conditioning/style_encoder.h"
#include "mert/mert.h"
#include "model/mert_files.h"
#include "model/model_files.h"
#include "types/codes.h"
#include "types/conditions.h"
#include "types/waveform.h"

namespace musicgen::generate {

// An excerpt, cut, at the rate that excerpts are counted in, and how it is taken.
struct StyleSource {
  Waveform excerpt;
  int64_t ds_factor = 15;
  int64_t eval_q = 3;

  friend bool operator==(const StyleSource& a, const StyleSource& b) {
    return a.ds_factor == b.ds_factor && a.eval_q == b.eval_q &&
           a.excerpt.sample_rate_hz == b.excerpt.sample_rate_hz &&
           a.excerpt.values == b.excerpt.values;
  }
};

struct StyleVectors {
  Codes codes;         // [eval_q, S]
  ConditionRows rows;  // [S, D]
};

// Safe to use from several threads. The weights are in memory while somebody listens, and no
// longer; what was heard last is remembered.
class StyleListener {
 public:
  // `files`, of a style model, outlives the listener.
  explicit StyleListener(const model::ModelFiles& files) : files_(files) {}

  // The vectors of each excerpt. Where `stop` is given and becomes true, they soon come without
  // rows. Throws Error(kBadInput) when there is no MERT or an excerpt is too short,
  // Error(kOutOfMemory) before anything is read.
  std::vector<StyleVectors> Listen(ThreadPool& pool, const std::vector<StyleSource>& sources,
                                   const std::atomic<bool>* stop = nullptr);

 private:
  struct Weights {
    mert::Mert mert;
    conditioning::StyleEncoder encoder;
  };
  std::optional<StyleVectors> Recall(const StyleSource& source);
  void Remember(const StyleSource& source, const StyleVectors& vectors);
  std::shared_ptr<const Weights> Load(ThreadPool& pool, int64_t excerpt_samples);

  const model::ModelFiles& files_;
  std::mutex mutex_;  // of what follows; held while weights are loaded
  std::optional<model::MertPart> mert_;
  std::weak_ptr<const Weights> weights_;
  std::mutex heard_mutex_;
  std::deque<std::pair<StyleSource, StyleVectors>> heard_;  // the last one first
};

}  // namespace musicgen::generate
