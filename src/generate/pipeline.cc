#include "generate/pipeline.h"

#include <algorithm>
#include <cmath>

#include "audio/convert.h"
#include "base/error.h"
#include "codec/encoder.h"
#include "conditioning/text_projection.h"
#include "generate/request_check.h"
#include "lm/guidance.h"
#include "lm/scorer.h"
#include "types/frames.h"

namespace musicgen::generate {
namespace {

// transformers' batches: silence in front of the shorter audio prompts.
void PadInFront(std::vector<Waveform>* prompts) {
  int64_t longest = 0;
  for (const Waveform& prompt : *prompts) longest = std::max(longest, prompt.samples);
  for (Waveform& prompt : *prompts) {
    if (prompt.samples == 0 || prompt.samples == longest) continue;
    Waveform padded(prompt.sample_rate_hz, prompt.channels, longest);
    for (int64_t c = 0; c < prompt.channels; ++c) {
      std::copy_n(prompt.channel(c), prompt.samples,
                  padded.channel(c) + (longest - prompt.samples));
    }
    prompt = std::move(padded);
  }
}

void CheckFinite(const std::vector<float>& logits) {
  if (std::all_of(logits.begin(), logits.end(), [](float x) { return std::isfinite(x); })) return;
  ThrowFailure(
      "model: expected predictions that are finite numbers, found others: its weights are ",
      "broken or too large for this precision");
}

}  // namespace

Pipeline::Pipeline(Stages& stages, conditioning::Reference reference, bool as_batch)
    : stages_(stages),
      reference_(reference),
      as_batch_(as_batch),
      conditioner_(stages, reference, as_batch) {}

ConditionRows Pipeline::Text(ThreadPool& pool, const std::optional<std::string>& prompt,
                             const std::atomic<bool>* stop) const {
  if (conditioning::IsNullPrompt(prompt, reference_)) return conditioner_.NullText();
  const TokenIds ids = stages_.tokenizer().Encode(*prompt);
  const std::vector<float> states = stages_.text_encoder().Encode(pool, ids, stop);
  if (states.empty()) return {};  // stopped
  return stages_.text_projection().Project(pool, states, static_cast<int64_t>(ids.size()));
}

std::vector<Sample> Pipeline::Prepare(ThreadPool& pool, std::span<const GenerationRequest> requests,
                                      const std::atomic<bool>* stop) const {
  // 1, 2: text, melodies and styles become conditions.
  std::vector<SampleCondition> conditions(requests.size());
  std::vector<bool> windowed;
  for (size_t i = 0; i < requests.size(); ++i) {
    conditions[i].text = Text(pool, requests[i].prompt, stop);
    conditioner_.SetSound(requests[i], &conditions[i]);
    windowed.push_back(IsWindowed(requests[i].params));
  }
  if (as_batch_) conditioner_.PadAsBatch(&conditions);
  conditioner_.HearStyles(pool, windowed, stop, &conditions);
  // 3: audio prompts become codes.
  const std::vector<Codes> prompts = EncodePrompts(pool, requests);
  // 4, codes, and 5, sound, are made from here on step by step.
  std::vector<Sample> samples;
  for (size_t i = 0; i < requests.size(); ++i) {
    samples.push_back(MakeSample(requests[i], std::move(conditions[i]), prompts[i]));
  }
  return samples;
}

Codes Pipeline::Encode(ThreadPool& pool, const Waveform& audio) const {
  const model::ModelFiles& files = stages_.files();
  const Waveform converted =
      audio::ConvertAudio(audio, files.codec.sample_rate_hz, files.lm.audio_channels);
  return codec::Encode(pool, stages_.codec_encoder(), converted,
                       files.lm.codebooks / files.lm.audio_channels);
}

std::vector<Codes> Pipeline::EncodePrompts(ThreadPool& pool,
                                           std::span<const GenerationRequest> requests) const {
  std::vector<Waveform> prompts;
  prompts.reserve(requests.size());
  for (const GenerationRequest& request : requests) {
    prompts.push_back(request.audio_prompt.value_or(Waveform()));
  }
  if (as_batch_ && reference_ == conditioning::Reference::kHuggingFace) PadInFront(&prompts);
  std::vector<Codes> codes;
  codes.reserve(prompts.size());
  for (const Waveform& prompt : prompts) {
    codes.push_back(prompt.samples > 0 ? Encode(pool, prompt)
                                       : Codes(stages_.files().lm.codebooks, 0));
  }
  return codes;
}

bool Pipeline::IsWindowed(const GenerationParams& params) const {
  const model::ModelFiles& files = stages_.files();
  const int64_t rate = files.codec.frame_rate();
  const double window_s = params.max_duration_s.value_or(files.max_duration_s);
  return params.duration_s == kEndless ||
         FramesOf(params.duration_s, rate) > FramesOf(window_s, rate);
}

Sample Pipeline::MakeSample(const GenerationRequest& request, SampleCondition condition,
                            const Codes& prompt) const {
  const model::ModelFiles& files = stages_.files();
  const GenerationParams& params = request.params;
  const int64_t rate = files.codec.frame_rate();
  const double window_s = params.max_duration_s.value_or(files.max_duration_s);
  const int64_t window = FramesOf(window_s, rate);
  if (params.duration_s == kEndless) {
    const int64_t stride = FramesOf(ExtendStride(params, window_s), rate);
    return {std::move(condition), prompt, Piece(prompt, std::nullopt, window, stride), true,
            window_s};
  }
  const int64_t total = FramesOf(params.duration_s, rate);
  if (prompt.frames >= total) {
    ThrowBadInput("audio prompt: expected less than the duration of ", params.duration_s,
                  " s, which counts it, found ",
                  static_cast<double>(prompt.frames) / static_cast<double>(rate), " s");
  }
  const bool windowed = IsWindowed(params);
  return {std::move(condition), prompt,
          Piece(prompt, total, windowed ? window : total + 1,
                windowed ? FramesOf(ExtendStride(params, window_s), rate) : total),
          windowed, window_s};
}

std::string Pipeline::Stems(const GenerationParams& params) const {
  if (!conditioner_.SeparatesStems(params.stems)) return "none";
  return stages_.stem_separator().Name().value_or("none");
}

Conditions Pipeline::ConditionsAt(ThreadPool& pool, const Sample& sample, int64_t first_frame,
                                  const GenerationParams& params,
                                  const std::atomic<bool>* stop) const {
  const GuidancePlan plan = Guidance(params, sample.condition);
  return conditioner_.For(pool, sample.condition, {sample.windowed, first_frame, sample.window_s},
                          {plan.sound_alone, plan.two_step_cfg}, stop);
}

lm::SamplingParams Pipeline::Sampling(const GenerationParams& params) const {
  const SamplingDefaults& own = stages_.files().sampling;
  return {!params.use_sampling, params.temperature.value_or(own.temperature),
          params.top_k.value_or(own.top_k), params.top_p.value_or(own.top_p)};
}

GuidancePlan Pipeline::Guidance(const GenerationParams& params,
                                const SampleCondition& condition) const {
  return PlanGuidance(params, condition, stages_.files());
}

lm::StreamSpec Pipeline::Window(const Sample& sample, const GenerationParams& params) const {
  const lm::LmConfig& config = stages_.files().lm;
  lm::StreamSpec spec;
  spec.pattern =
      lm::CodebookPattern(config.pattern, config.codebooks, sample.piece.window_frames());
  spec.prompt = sample.piece.window_prompt();
  spec.sampling = Sampling(params);
  const GuidancePlan plan = Guidance(params, sample.condition);
  spec.guidance = plan.coefs;
  spec.two_step_cfg = plan.two_step_cfg;
  spec.seed = params.seed;
  spec.take = params.take;
  spec.first_frame = sample.piece.first_frame();
  return spec;
}

int64_t Pipeline::Steps(const Piece& whole) const {
  const lm::LmConfig& config = stages_.files().lm;
  int64_t steps = 0;
  for (Piece piece = whole.Plan(); !piece.done();) {
    const lm::CodebookPattern pattern(config.pattern, config.codebooks, piece.window_frames());
    steps += pattern.steps() - pattern.FirstStep(piece.window_prompt().frames);
    if (!piece.next_first_frame()) return steps;
    if (!piece.ends()) return 0;
    piece.Finish(Codes(0, piece.window_frames()));
  }
  return steps;
}

ScoreResult Pipeline::Score(const GenerationRequest& request, const Codes& codes,
                            bool keep_logits) const {
  const lm::LmConfig& config = stages_.files().lm;
  CheckRequest(request, stages_.files());
  CheckCodes(codes, stages_.files());
  std::vector<SampleCondition> conditions(1);
  SampleCondition& condition = conditions.front();
  condition.text = Text(stages_.pool(), request.prompt);
  conditioner_.SetSound(request, &condition);
  conditioner_.HearStyles(stages_.pool(), {false}, nullptr, &conditions);
  GenerationParams params = request.params;
  params.two_step_cfg = false;
  const GuidancePlan plan = Guidance(params, condition);
  const std::vector<Branch> branches =
      conditioner_.For(stages_.pool(), condition, {}, {condition.HasSound(), false}).branches;
  const lm::CodebookPattern pattern(config.pattern, config.codebooks, codes.frames);
  const auto logits = [&](const Branch& branch) {
    std::vector<float> scored = stages_.backend().Score(pattern, codes, branch);
    CheckFinite(scored);
    return scored;
  };
  ScoreResult result;
  result.codebooks = codes.codebooks;
  result.frames = codes.frames;
  result.codebook_size = config.codebook_size;
  result.conditional = logits(branches.front());
  result.cross_entropy = lm::CrossEntropy(result.conditional, codes, config.codebook_size);
  if (!keep_logits) {
    result.conditional.clear();
    return result;
  }
  std::vector<const float*> guided = {result.conditional.data()};
  if (condition.HasSound()) {
    result.style = logits(branches[1]);
    if (plan.sound_alone) guided.push_back(result.style.data());
  }
  result.unconditional = logits(branches.back());
  guided.push_back(result.unconditional.data());
  result.guided.resize(result.conditional.size());
  lm::Guide(guided, plan.coefs, static_cast<int64_t>(result.guided.size()), result.guided.data());
  return result;
}

StyleVectors Pipeline::Style(ThreadPool& pool, const GenerationRequest& request) const {
  CheckRequest(request, stages_.files());
  if (!request.style) ThrowBadInput("style: expected a sound, found none");
  SampleCondition condition;
  conditioner_.SetSound(request, &condition);
  return conditioner_.Hear(pool, condition);
}

}  // namespace musicgen::generate
