#include "generate/pipeline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "codec/decode.h"
#include "generate/request_check.h"
#include "lm/cpu_backend.h"
#include "lm/decode_engine.h"
#include "lm/scorer.h"

namespace musicgen::generate {
namespace {

// Streams stepped together. More would take memory for keys and values before they take less time
// each; those behind join as others finish, which changes no result.
constexpr size_t kMaxStreams = 8;

// AudioCraft's batches: zero vectors, attended, behind the shorter prompts. The null condition is
// zero either way.
void PadToLongest(std::vector<Conditions>* batch) {
  int64_t longest = 0;
  for (const Conditions& conditions : *batch) longest = std::max(longest, conditions.cross.rows);
  for (Conditions& conditions : *batch) {
    ConditionRows& cross = conditions.cross;
    if (cross.rows == 0) continue;
    cross.rows = longest;
    cross.values.resize(static_cast<size_t>(longest * cross.width), 0.0f);
  }
}

}  // namespace

Pipeline::Pipeline(Stages& stages, conditioning::Reference reference, bool pad_batches)
    : stages_(stages), reference_(reference), pad_batches_(pad_batches) {}

Conditions Pipeline::Condition(const std::optional<std::string>& prompt) {
  Conditions conditions;
  if (conditioning::IsNullPrompt(prompt, reference_)) return conditions;
  const TokenIds ids = stages_.tokenizer().Encode(*prompt);
  const std::vector<float> states = stages_.text_encoder().Encode(stages_.pool(), ids);
  conditions.cross =
      stages_.text_projection().Project(stages_.pool(), states, static_cast<int64_t>(ids.size()));
  return conditions;
}

lm::StreamSpec Pipeline::Prepare(const GenerationRequest& request, Conditions conditions) const {
  const GenerationParams& params = request.params;
  lm::StreamSpec spec;
  spec.conditions = std::move(conditions);
  spec.pattern = lm::CodebookPattern::Delay(
      stages_.files().lm.delays, FramesOf(params.duration_s, stages_.files().codec.frame_rate()));
  spec.prompt = Codes(stages_.files().lm.codebooks, 0);
  spec.sampling = {!params.use_sampling, params.temperature, params.top_k, params.top_p};
  spec.cfg_coef = params.cfg_coef;
  spec.two_step_cfg = params.two_step_cfg;
  spec.seed = params.seed;
  spec.take = params.take;
  return spec;
}

std::optional<std::vector<Codes>> Pipeline::Decode(std::vector<lm::StreamSpec> specs,
                                                   const ProgressCallback& progress) {
  GenerationProgress state;
  std::vector<lm::CodebookPattern> patterns;
  std::vector<Codes> sequences;
  for (const lm::StreamSpec& spec : specs) {
    state.steps_total += spec.pattern.steps() - spec.pattern.FirstStep(spec.prompt.frames);
    patterns.push_back(spec.pattern);
    sequences.push_back(spec.pattern.Build(spec.prompt, stages_.files().lm.special_token(), 0));
  }
  lm::DecodeEngine engine(std::make_unique<lm::CpuBackend>(stages_.decoder(), stages_.pool()));
  std::map<lm::StreamId, size_t> sample_of;
  size_t joined = 0;
  while (joined < specs.size() || engine.busy()) {
    if (progress && !progress(state)) return std::nullopt;
    while (joined < specs.size() && sample_of.size() < kMaxStreams) {
      sample_of[engine.Join(std::move(specs[joined]))] = joined;
      ++joined;
    }
    for (const lm::SampledColumn& column : engine.Tick()) {
      const size_t sample = sample_of.at(column.stream);
      Codes& sequence = sequences[sample];
      for (int64_t k = 0; k < sequence.codebooks; ++k) {
        sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
      }
      ++state.steps_done;
      if (column.step + 1 == patterns[sample].steps()) {
        engine.Leave(column.stream);
        sample_of.erase(column.stream);
      }
    }
  }
  if (progress && !progress(state)) return std::nullopt;
  std::vector<Codes> codes;
  for (size_t i = 0; i < sequences.size(); ++i) codes.push_back(patterns[i].Revert(sequences[i]));
  return codes;
}

std::optional<std::vector<GenerationResult>> Pipeline::Generate(
    std::span<const GenerationRequest> requests, const GenerateOptions& options) {
  for (const GenerationRequest& request : requests) CheckRequest(request, stages_.files());
  std::vector<Conditions> conditions;
  for (const GenerationRequest& request : requests) conditions.push_back(Condition(request.prompt));
  if (pad_batches_) PadToLongest(&conditions);

  std::vector<lm::StreamSpec> specs;
  for (size_t i = 0; i < requests.size(); ++i)
    specs.push_back(Prepare(requests[i], std::move(conditions[i])));
  std::optional<std::vector<Codes>> codes = Decode(std::move(specs), options.progress);
  if (!codes) return std::nullopt;

  std::vector<GenerationResult> results;
  for (Codes& sample : *codes) {
    GenerationResult result;
    if (options.decode_audio) {
      result.audio =
          codec::Decode(stages_.pool(), stages_.codec(), sample, stages_.files().lm.audio_channels);
    }
    result.codes = std::move(sample);
    results.push_back(std::move(result));
  }
  return results;
}

ScoreResult Pipeline::Score(const std::optional<std::string>& prompt, const Codes& codes,
                            double cfg_coef, bool keep_logits) {
  const lm::LmConfig& config = stages_.files().lm;
  CheckCodes(codes, stages_.files());
  const Conditions conditions = Condition(prompt);
  const lm::CodebookPattern pattern = lm::CodebookPattern::Delay(config.delays, codes.frames);
  const auto logits = [&](bool null_half) {
    return lm::TeacherForcedLogits(stages_.decoder(), stages_.pool(), pattern, codes, conditions,
                                   null_half);
  };
  ScoreResult result;
  result.codebooks = codes.codebooks;
  result.frames = codes.frames;
  result.codebook_size = config.codebook_size;
  result.conditional = logits(/*null_half=*/false);
  result.cross_entropy = lm::CrossEntropy(result.conditional, codes, config.codebook_size);
  if (!keep_logits) {
    result.conditional.clear();
    return result;
  }
  result.unconditional = logits(/*null_half=*/true);
  result.guided.resize(result.conditional.size());
  lm::Guide(result.conditional.data(), result.unconditional.data(), cfg_coef,
            static_cast<int64_t>(result.guided.size()), result.guided.data());
  return result;
}

}  // namespace musicgen::generate
