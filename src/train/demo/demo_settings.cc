#include "train/demo/demo_settings.h"

#include "base/error.h"
#include "compose/tokenizer_files.h"
#include "train/demo/demo_batches.h"

namespace musicgen::train {

using checkpoint::Config;

LmModelConfig ReadDemoModel(const Config& settings, const compose::Vocabulary& vocabulary) {
  const Config lm = settings.Object("transformer_lm"), t5 = settings.Object("text_encoder");
  LmModelConfig model;
  model.lm.width = lm.Int("dim", 192, 4, 4096);
  model.lm.heads = lm.Int("num_heads", 3, 1, 64);
  model.lm.layers = lm.Int("num_layers", 5, 1, 64);
  model.lm.ffn_width = model.lm.width * lm.Int("hidden_scale", 4, 1, 16);
  model.lm.codebooks = compose::kBooks;
  model.lm.codebook_size = compose::kCodebookSize;
  model.lm.pattern.delays = kDemoDelays;
  if (model.lm.width % (2 * model.lm.heads) != 0) {
    ThrowBadInput(lm.Where("num_heads"), ": expected a divisor of half of dim ", model.lm.width,
                  ", found ", model.lm.heads);
  }
  model.t5 = text::ReadT5Config(t5);
  model.t5.vocab_size = compose::kTokenizerPieces;
  model.train_text_encoder = true;
  for (int book = 0; book < compose::kBooks; ++book) {
    model.used_rows.push_back(vocabulary.used(book));
  }
  return model;
}

SamplingDefaults ReadSamplingDefaults(const Config& settings) {
  const Config guidance = settings.Object("classifier_free_guidance"),
               lm = settings.Object("generate").Object("lm");
  return {.temperature = lm.Number("temp", 1.0, 0.0, 100.0),
          .top_k = lm.Int("top_k", 250, 0, 1 << 20),
          .top_p = lm.Number("top_p", 0.0, 0.0, 1.0),
          .cfg_coef = guidance.Number("inference_coef", 3.0, 1.0, 100.0)};
}

}  // namespace musicgen::train
