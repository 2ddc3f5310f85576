#include "generate/pipeline.h"

#include <algorithm>
#include <cmath>

#include "audio/convert.h"
#include "base/cpu.h"
#include "base/error.h"
#include "codec/decode.h"
#include "codec/encoder.h"
#include "generate/audio_decoder.h"
#include "generate/request_check.h"
#include "lm/sampling.h"
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

}  // namespace

Pipeline::Pipeline(Stages& stages, conditioning::Reference reference, bool as_batch)
    : stages_(stages), reference_(reference), as_batch_(as_batch) {}

Codes Pipeline::Encode(const Waveform& audio) {
  const model::ModelFiles& files = stages_.files();
  const Waveform converted =
      audio::ConvertAudio(audio, files.codec.sample_rate_hz, files.lm.audio_channels);
  return codec::Encode(stages_.pool(), stages_.codec_encoder(), converted,
                       files.lm.codebooks / files.lm.audio_channels);
}

std::vector<Codes> Pipeline::EncodePrompts(std::span<const GenerationRequest> requests) {
  std::vector<Waveform> prompts;
  for (const GenerationRequest& request : requests) {
    prompts.push_back(request.audio_prompt.value_or(Waveform()));
  }
  if (as_batch_ && reference_ == conditioning::Reference::kHuggingFace) PadInFront(&prompts);
  std::vector<Codes> codes;
  for (const Waveform& prompt : prompts) {
    codes.push_back(prompt.samples > 0 ? Encode(prompt) : Codes(stages_.files().lm.codebooks, 0));
  }
  return codes;
}

Job Pipeline::MakeJob(const GenerationRequest& request, SampleCondition condition,
                      const Codes& prompt) const {
  const model::ModelFiles& files = stages_.files();
  const GenerationParams& params = request.params;
  const int64_t rate = files.codec.frame_rate();
  const int64_t total = FramesOf(params.duration_s, rate);
  if (prompt.frames >= total) {
    ThrowBadInput("audio prompt: expected fewer than the ", total, " frames of duration ",
                  params.duration_s, " s, found ", prompt.frames);
  }
  const double window_s = params.max_duration_s.value_or(files.max_duration_s);
  const int64_t window = FramesOf(window_s, rate);
  const bool windowed = total > window;
  return {params, std::move(condition),
          Piece(prompt, total, std::max(window, windowed ? 0 : total + 1),
                windowed ? FramesOf(params.extend_stride_s, rate) : total),
          window_s, windowed};
}

std::optional<std::vector<GenerationResult>> Pipeline::Generate(
    std::span<const GenerationRequest> requests, const GenerateOptions& options) {
  for (const GenerationRequest& request : requests) CheckRequest(request, stages_.files());
  // 1, 2: prompts and melodies become conditions; 3: audio prompts become codes.
  Conditioner conditioner(stages_, reference_, as_batch_);
  std::vector<SampleCondition> conditions = conditioner.Prepare(requests);
  const std::vector<Codes> prompts = EncodePrompts(requests);
  std::vector<Job> jobs;
  for (size_t i = 0; i < requests.size(); ++i) {
    jobs.push_back(MakeJob(requests[i], std::move(conditions[i]), prompts[i]));
  }
  // 4: codes, and while they are made, 5: sound for whoever listens.
  const int64_t channels = stages_.files().lm.audio_channels;
  std::optional<AudioDecoder> sound;
  DecodeLoop::FramesCallback listen;
  ProgressCallback progress = options.progress;
  if (options.audio) {
    const bool idle_processor = ProcessorCount() > stages_.pool().size();
    sound.emplace(stages_.codec(), channels, jobs.size(),
                  idle_processor ? nullptr : &stages_.pool(), options.audio);
    listen = [&](size_t job, const Codes& chunk, bool last) {
      return sound->Push(job, chunk, last);
    };
    progress = [&](const GenerationProgress& state) {
      return sound->Deliver() && (!options.progress || options.progress(state));
    };
  }
  if (!DecodeLoop(stages_, conditioner).Run(&jobs, progress, listen)) return std::nullopt;
  if (sound && !sound->Finish()) return std::nullopt;

  std::vector<GenerationResult> results;
  for (const Job& job : jobs) {
    GenerationResult result;
    result.codes = job.piece.codes();
    if (options.decode_audio) {
      result.audio = codec::Decode(stages_.pool(), stages_.codec(), result.codes, channels);
    }
    results.push_back(std::move(result));
  }
  return results;
}

ScoreResult Pipeline::Score(const GenerationRequest& request, const Codes& codes,
                            bool keep_logits) {
  const lm::LmConfig& config = stages_.files().lm;
  CheckRequest(request, stages_.files());
  CheckCodes(codes, stages_.files());
  Conditioner conditioner(stages_, reference_, /*as_batch=*/false);
  const SampleCondition sample = conditioner.Prepare({&request, 1})[0];
  const Conditions conditions = conditioner.For(sample, {}, /*two_step_cfg=*/false);
  const lm::CodebookPattern pattern(config.pattern, config.codebooks, codes.frames);
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
  lm::Guide(result.conditional.data(), result.unconditional.data(), request.params.cfg_coef,
            static_cast<int64_t>(result.guided.size()), result.guided.data());
  return result;
}

}  // namespace musicgen::generate
