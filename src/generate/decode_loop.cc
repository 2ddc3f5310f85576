#include "generate/decode_loop.h"

#include <algorithm>
#include <map>
#include <memory>

#include "lm/cpu_backend.h"
#include "lm/decode_engine.h"

namespace musicgen::generate {
namespace {

// Streams stepped together. More would take memory for keys and values before they take less time
// each; those behind join as others finish, which changes no result.
constexpr size_t kMaxStreams = 8;

}  // namespace

// The window of a job that is being generated.
struct DecodeLoop::Window {
  size_t job;
  lm::CodebookPattern pattern;
  Codes sequence;         // [K, S]
  int64_t known;          // leading frames of which every codebook is known
  int64_t delivered = 0;  // frames of the piece that have been handed out

  void Take(const lm::SampledColumn& column) {
    for (int64_t k = 0; k < sequence.codebooks; ++k) {
      sequence.at(k, column.step) = column.codes[static_cast<size_t>(k)];
    }
    const auto complete = [&](int64_t frame) {
      for (int64_t k = 0; k < sequence.codebooks; ++k) {
        if (pattern.StepOf(k, frame) > column.step) return false;
      }
      return true;
    };
    while (known < pattern.frames() && complete(known)) ++known;
  }
};

Codes DecodeLoop::NewFrames(const Job& job, Window* window) {
  const int64_t first = job.piece.first_frame(), begin = window->delivered;
  const int64_t end = std::max(begin, first + window->known);
  Codes chunk(job.piece.codes().codebooks, end - begin);
  for (int64_t k = 0; k < chunk.codebooks; ++k) {
    for (int64_t t = begin; t < end; ++t) {
      chunk.at(k, t - begin) = t < job.piece.known()
                                   ? job.piece.codes().at(k, t)
                                   : window->sequence.at(k, window->pattern.StepOf(k, t - first));
    }
  }
  window->delivered = end;
  return chunk;
}

DecodeLoop::DecodeLoop(Stages& stages, Conditioner& conditioner)
    : stages_(stages), conditioner_(conditioner) {}

lm::StreamSpec DecodeLoop::Spec(const Job& job) const {
  const model::ModelFiles& files = stages_.files();
  const GenerationParams& params = job.params;
  lm::StreamSpec spec;
  spec.conditions = conditioner_.For(
      job.condition, {job.windowed, job.piece.first_frame(), job.window_s}, params.two_step_cfg);
  spec.pattern =
      lm::CodebookPattern(files.lm.pattern, files.lm.codebooks, job.piece.window_frames());
  spec.prompt = job.piece.window_prompt();
  spec.sampling = {!params.use_sampling, params.temperature, params.top_k, params.top_p};
  // AudioCraft's two-step guidance takes its coefficient from the model's configuration.
  const bool quirk = params.two_step_cfg && files.two_step_coef;
  spec.cfg_coef = quirk ? *files.two_step_coef : params.cfg_coef;
  spec.two_step_cfg = params.two_step_cfg;
  spec.seed = params.seed;
  spec.take = params.take;
  spec.first_frame = job.piece.first_frame();
  return spec;
}

int64_t DecodeLoop::Steps(const lm::CodebookPattern& pattern, int64_t prompt_frames) {
  return pattern.steps() - pattern.FirstStep(prompt_frames);
}

int64_t DecodeLoop::TotalSteps(const Job& job) const {
  const lm::LmConfig& lm = stages_.files().lm;
  int64_t steps = 0;
  for (Piece piece = job.piece; !piece.done();) {
    const lm::CodebookPattern pattern(lm.pattern, lm.codebooks, piece.window_frames());
    steps += Steps(pattern, piece.window_prompt().frames);
    piece.Finish(Codes(lm.codebooks, piece.window_frames()));
  }
  return steps;
}

bool DecodeLoop::Run(std::vector<Job>* jobs, const ProgressCallback& progress,
                     const FramesCallback& frames) {
  GenerationProgress state;
  for (const Job& job : *jobs) state.steps_total += TotalSteps(job);
  lm::DecodeEngine engine(std::make_unique<lm::CpuBackend>(stages_.decoder(), stages_.pool()));
  std::map<lm::StreamId, Window> windows;
  const auto join = [&](size_t job, int64_t delivered) {
    lm::StreamSpec spec = Spec((*jobs)[job]);
    Window window{job, spec.pattern, spec.pattern.Build(spec.prompt, 0, 0), spec.prompt.frames,
                  delivered};
    windows.emplace(engine.Join(std::move(spec)), std::move(window));
  };
  size_t joined = 0;
  while (joined < jobs->size() || engine.busy()) {
    state.stage_seconds = engine.stage_seconds();
    if (progress && !progress(state)) return false;
    while (joined < jobs->size() && windows.size() < kMaxStreams) join(joined++, 0);
    for (const lm::SampledColumn& column : engine.Tick()) {
      ++state.steps_done;
      const auto found = windows.find(column.stream);
      Window& window = found->second;
      Job& job = (*jobs)[window.job];
      window.Take(column);
      const Codes chunk = NewFrames(job, &window);
      const bool last = window.delivered == job.piece.codes().frames;
      if (frames && chunk.frames > 0 && !frames(window.job, chunk, last)) return false;
      if (column.step + 1 < window.pattern.steps()) continue;
      job.piece.Finish(window.pattern.Revert(window.sequence));
      engine.Leave(column.stream);
      const Window done = std::move(window);
      windows.erase(found);
      if (!job.piece.done()) join(done.job, done.delivered);
    }
  }
  state.stage_seconds = engine.stage_seconds();
  return !progress || progress(state);
}

}  // namespace musicgen::generate
