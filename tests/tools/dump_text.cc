// dump_text MODEL_DIR PROMPT OUT.safetensors: the T5 states and the projected condition of a
// prompt, at f32, for side-by-side checks (scripts/compare_transformers.py). The program itself
// does not expose them.

#include <cstdio>

#include "checkpoint/safetensors.h"
#include "generate/stages.h"

int main(int argc, char** argv) {
  using namespace musicgen;
  if (argc != 4) {
    std::fprintf(stderr, "usage: dump_text MODEL_DIR PROMPT OUT.safetensors\n");
    return 2;
  }
  try {
    generate::Stages stages(model::OpenModel(argv[1], "", ""), {}, 2);
    const TokenIds ids = stages.tokenizer().Encode(argv[2]);
    const std::vector<float> states = stages.text_encoder().Encode(stages.pool(), ids);
    const int64_t rows = static_cast<int64_t>(ids.size());
    const ConditionRows condition = stages.text_projection().Project(stages.pool(), states, rows);
    checkpoint::WriteSafetensors(
        argv[3],
        {{"ids", DType::kI32, {rows}, ids.data()},
         {"states", DType::kF32, {rows, stages.files().t5.d_model}, states.data()},
         {"condition", DType::kF32, {rows, condition.width}, condition.values.data()}},
        {});
  } catch (const Error& error) {
    std::fprintf(stderr, "dump_text: %s\n", error.what());
    return 1;
  }
  return 0;
}
