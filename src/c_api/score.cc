#include "musicgen/score.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/argument_check.h"
#include "c_api/arguments.h"
#include "c_api/codes.h"
#include "c_api/guard.h"
#include "c_api/model.h"
#include "c_api/request.h"
#include "checkpoint/safetensors.h"

using namespace musicgen;
using namespace musicgen::c_api;

struct mg_score {
  static constexpr char kName[] = "mg_score";
  ScoreResult score;
};

namespace {

template <class T>
const T* Data(const mg_score* score, std::vector<T> ScoreResult::*field) {
  return Value([&]() -> const T* {
    const auto from = Get(score);
    const std::vector<T>& values = from->score.*field;
    return values.empty() ? nullptr : values.data();
  });
}

}  // namespace

mg_status mg_model_score(mg_model* model, const mg_request* request, const mg_codes* codes,
                         int32_t keep_logits, mg_score** out) {
  return Create(out, [&] {
    const bool keep = Flag("keep_logits", keep_logits);
    const auto from = Get(model);
    auto made = std::make_shared<mg_score>();
    made->score = from->model.Score(RequestOf(request), *Get(codes)->codes, keep);
    return made;
  });
}

int64_t mg_score_codebooks(const mg_score* score) {
  return Value([&] { return Get(score)->score.codebooks; });
}

int64_t mg_score_frames(const mg_score* score) {
  return Value([&] { return Get(score)->score.frames; });
}

int64_t mg_score_codebook_size(const mg_score* score) {
  return Value([&] { return Get(score)->score.codebook_size; });
}

const double* mg_score_cross_entropy(const mg_score* score) {
  return Data(score, &ScoreResult::cross_entropy);
}

const float* mg_score_conditional(const mg_score* score) {
  return Data(score, &ScoreResult::conditional);
}

const float* mg_score_unconditional(const mg_score* score) {
  return Data(score, &ScoreResult::unconditional);
}

const float* mg_score_guided(const mg_score* score) { return Data(score, &ScoreResult::guided); }

const float* mg_score_style(const mg_score* score) { return Data(score, &ScoreResult::style); }

void mg_score_free(mg_score* score) { Free(score); }

namespace {

mg_status WriteLogits(const char* path,
                      const std::vector<std::pair<const char*, const float*>>& parts,
                      int64_t codebooks, int64_t frames, int64_t codebook_size) {
  return Guard([&] {
    const std::string name = Text("path", path);
    const auto rows =
        static_cast<int64_t>(CheckMatrix("logits", parts.front().second, codebooks, 1, frames));
    const Shape shape = {codebooks, frames, codebook_size};
    std::vector<checkpoint::TensorToWrite> tensors;
    for (const auto& [part, values] : parts) {
      CheckMatrix(part, values, rows, 0, codebook_size);
      tensors.push_back({part, DType::kF32, shape, values});
    }
    checkpoint::WriteSafetensors(name, tensors, {});
  });
}

}  // namespace

mg_status mg_logits_write(const char* path, const float* conditional, const float* unconditional,
                          const float* guided, int64_t codebooks, int64_t frames,
                          int64_t codebook_size) {
  return WriteLogits(
      path, {{"conditional", conditional}, {"unconditional", unconditional}, {"guided", guided}},
      codebooks, frames, codebook_size);
}

mg_status mg_logits_write_with_style(const char* path, const float* conditional, const float* style,
                                     const float* unconditional, const float* guided,
                                     int64_t codebooks, int64_t frames, int64_t codebook_size) {
  return WriteLogits(path,
                     {{"conditional", conditional},
                      {"style", style},
                      {"unconditional", unconditional},
                      {"guided", guided}},
                     codebooks, frames, codebook_size);
}
