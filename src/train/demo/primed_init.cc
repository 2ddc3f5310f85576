#include "train/demo/primed_init.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>

#include "base/check.h"

namespace musicgen::train {
namespace {

constexpr double kScale = 0.4;  // of the embeddings
// Shares of a code's vectors.
constexpr double kInstrument = 0.5, kPitch = 0.6, kAge = 0.7, kCode = 0.5;
// How strongly a row of the head looks for its predecessor, for a sound's end, for its instrument
// and for nothing in particular.
constexpr double kSuccessor = 0.9, kEnd = 1.4, kSameInstrument = 0.6, kOnset = 0.3;

// Random vectors by name, made at first sight.
class Vectors {
 public:
  Vectors(int64_t width, const at::Generator& generator) : width_(width), generator_(generator) {}
  const at::Tensor& operator()(char kind, int index) {
    at::Tensor& vector = vectors_[{kind, index}];
    if (!vector.defined()) vector = at::randn({width_}, generator_);
    return vector;
  }

 private:
  int64_t width_;
  at::Generator generator_;
  std::map<std::pair<char, int>, at::Tensor> vectors_;
};

void PrimeBook(const compose::Vocabulary& vocabulary, int book, const at::Generator& generator,
               const at::Tensor& embedding, const at::Tensor& head) {
  const int64_t width = embedding.size(1);
  const double onset = kOnset / std::sqrt(static_cast<double>(width));
  Vectors vectors(width, generator), onsets(width, generator);
  const int used = vocabulary.used(book);
  for (int code = 0; code < used; ++code) {
    const compose::CodeMeaning& meaning = vocabulary.meaning(book, code);
    const at::Tensor& age = meaning.last ? vectors('e', 0) : vectors('a', meaning.age);
    at::Tensor row = kCode * vectors('c', code);
    row.add_(vectors('i', meaning.instrument), kInstrument)
        .add_(code == 0 ? vectors('s', 0) : vectors('p', meaning.pitch), kPitch)
        .add_(code == 0 ? vectors('s', 1) : age, kAge);
    embedding[code].copy_(row.mul_(kScale));
  }
  embedding[embedding.size(0) - 1].copy_(kScale * vectors('s', 2));  // the special token
  for (int code = 0; code < used; ++code) {
    const compose::CodeMeaning& meaning = vocabulary.meaning(book, code);
    if (code == 0 || !meaning.last) {
      const int next = code == 0 ? 0 : meaning.next;
      head[next].add_(embedding[code], kSuccessor);
    }
    if (code != 0 && meaning.age == 0) {
      head[code]
          .add_(vectors('i', meaning.instrument), kSameInstrument * kInstrument * kScale)
          .add_(onsets('p', meaning.pitch) + onsets('o', 0), onset);
    }
  }
  head[0].add_(vectors('e', 0), kSuccessor * kEnd * kScale);
}

}  // namespace

void InitialisePrimed(LmModel& model, const compose::Vocabulary& vocabulary, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const at::Generator generator = at::detail::createCPUGenerator(seed);
  const lm::LmConfig& config = model.config().lm;
  MG_CHECK_EQ(config.codebooks, int64_t{compose::kBooks});
  const auto normal = [&](const at::Tensor& tensor, int64_t fan_in) {
    at::Tensor(tensor).normal_(0.0, 1.0 / std::sqrt(static_cast<double>(fan_in)), generator);
  };
  if (model.config().train_text_encoder) model.text_encoder().Initialise(generator);
  if (model.projection().defined()) normal(model.projection(), model.config().t5.d_model);
  const int64_t depth = 2 * config.layers;
  for (const LmModel::Layer& layer : model.layers()) {
    normal(layer.self_qkv, config.width);
    normal(layer.cross_q, config.width);
    normal(layer.cross_kv, config.width);
    normal(layer.fc1, config.width);
    normal(layer.self_out, depth * config.width);
    normal(layer.cross_out, depth * config.width);
    normal(layer.fc2, depth * config.ffn_width);
    for (const LayerNorm* norm : {&layer.self_norm, &layer.cross_norm, &layer.feed_forward_norm}) {
      norm->weight.fill_(1.0);
    }
  }
  model.out_norm().weight.fill_(1.0);
  const int64_t size = config.codebook_size;
  for (int book = 0; book < compose::kBooks; ++book) {
    PrimeBook(vocabulary, book, generator,
              model.embeddings().narrow(0, book * (size + 1), size + 1),
              model.heads().narrow(0, book * size, size));
  }
}

}  // namespace musicgen::train
