#include "api/model_impl.h"

#include <future>
#include <mutex>
#include <numeric>

#include "api/argument_check.h"
#include "base/error.h"
#include "base/memory.h"
#include "codec/decode.h"
#include "codec/expected_tensors.h"
#include "conditioning/expected_tensors.h"
#include "generate/request_check.h"
#include "kernels/isa.h"
#include "lm/expected_tensors.h"
#include "lora/apply.h"
#include "model/demucs_files.h"
#include "model/device.h"
#include "model/memory_need.h"
#include "model/mert_files.h"
#include "model/model_path.h"
#include "text/expected_tensors.h"

namespace musicgen::api {
namespace {

using namespace generate;

Precision PrecisionOf(const model::StageFormats& formats) {
  switch (formats.lm.weights) {
    case kernels::WeightFormat::kF32:
      return Precision::kF32;
    case kernels::WeightFormat::kF16:
      return Precision::kF16;
    case kernels::WeightFormat::kBF16:
      return Precision::kBF16;
    case kernels::WeightFormat::kQ8:
      return Precision::kQ8;
    case kernels::WeightFormat::kQ4:
      return Precision::kQ4;
  }
  return Precision::kF32;
}

ModelInfo Describe(const model::ModelFiles& files, const model::StageFormats& formats,
                   const std::vector<LoraFile>& loras) {
  const model::StageTensors &lm = files.lm_tensors, &t5 = files.t5_tensors,
                            &codec = files.codec_tensors;
  ModelInfo info;
  info.path = files.directory;
  info.model_type = files.model_type;
  info.licence = files.licence;
  info.warnings = files.warnings;
  info.loras = loras;
  const auto lm_expected = lm::ExpectedTensors(files.lm, lm.prefix);
  info.file_dtype = DTypeName(lm.source->Describe(lm_expected.front().name).dtype);
  info.precision = PrecisionOf(formats);
  info.hidden_size = files.lm.width;
  info.layers = files.lm.layers;
  info.heads = files.lm.heads;
  info.ffn_dim = files.lm.ffn_width;
  info.codebooks = files.lm.codebooks;
  info.codebook_size = files.lm.codebook_size;
  info.audio_channels = files.lm.audio_channels;
  info.sample_rate_hz = files.codec.sample_rate_hz;
  info.frame_rate_hz = files.codec.frame_rate();
  info.hop_samples = files.codec.hop_samples();
  info.max_duration_s = files.max_duration_s;
  info.sampling = files.sampling;
  if (files.style) {
    const conditioning::StyleConfig& style = files.style->config;
    info.style = {style.codebooks, style.eval_q, style.excerpt_s, style.ds_factor};
  }
  info.text_width = files.t5.d_model;
  info.text_layers = files.t5.num_layers;
  info.text_vocabulary = files.t5.vocab_size;
  info.lm_parameters = model::CountParameters(lm_expected) +
                       model::CountParameters(conditioning::ExpectedTextProjection(
                           files.t5.d_model, files.lm.width, *files.lm_tensors.source));
  info.text_parameters =
      model::CountParameters(text::ExpectedTensors(files.t5, *t5.source, t5.prefix));
  info.codec_parameters =
      model::CountParameters(codec::ExpectedTensors(files.codec, *codec.source, codec.prefix));
  for (const Precision precision :
       {Precision::kF32, Precision::kF16, Precision::kBF16, Precision::kQ8, Precision::kQ4}) {
    const model::MemoryEstimate need =
        model::EstimateMemory(files, model::ChooseFormats(precision), files.max_duration_s);
    info.memory[PrecisionName(precision)] = {need.weights_bytes, need.cache_bytes_per_stream};
  }
  return info;
}

conditioning::Reference Dialect(ReferenceDialect reference, conditioning::Reference own) {
  switch (reference) {
    case ReferenceDialect::kAuto:
      return own;
    case ReferenceDialect::kHuggingFace:
      return conditioning::Reference::kHuggingFace;
    case ReferenceDialect::kAudioCraft:
      return conditioning::Reference::kAudioCraft;
  }
  return own;
}

}  // namespace

Model::Model(const ModelOptions& options, const std::function<void(const std::string&)>& tell) {
  ThreadCount(options.threads);
  model::Device device = model::FindDevice(options.device);
  kernels::ActiveIsa();  // throws here, before any file is read, when MUSICGEN_ISA names none
  model::ModelFiles files = model::OpenModel(model::FindModel(options.model), options.text_encoder,
                                             options.codec, options.strict);
  files.style_encoder = options.style_encoder;
  if (files.style && !files.style_encoder.empty()) model::FindMert(files);  // is it one?
  files.demucs = options.demucs;
  if (!files.demucs.empty()) model::OpenDemucs(*model::FindDemucs(files.demucs, ""));  // is it one?
  lora::Apply(options.loras, ThreadCount(options.threads), &files);
  const Precision precision = model::Resolve(files, options.precision);
  device = model::Settle(device, files, precision);
  const model::StageFormats formats = model::ChooseFormats(model::PrecisionOn(device, precision));
  impl_ = std::make_unique<Impl>(std::move(files), formats, device, options, tell);
}

Model::Impl::Impl(model::ModelFiles files, const model::StageFormats& formats,
                  const model::Device& device, const ModelOptions& options,
                  const std::function<void(const std::string&)>& tell)
    : info(Describe(files, formats, options.loras)),
      stages(std::move(files), formats, ThreadCount(options.threads), device, tell),
      // A dialect that is asked for by name is followed into its batches.
      pipeline(stages, Dialect(options.reference, stages.files().dialect),
               options.reference != ReferenceDialect::kAuto),
      limits{options.max_streams, options.cache_bytes} {}

session::SharedScheduler& Model::Impl::scheduler() {
  std::lock_guard<std::mutex> lock(scheduler_mutex);
  if (shared == nullptr) {
    shared = std::make_unique<session::SharedScheduler>(pipeline, stages.backend(), limits);
  }
  return *shared;
}

Model::~Model() = default;

const ModelInfo& Model::info() const { return impl_->info; }

int Model::threads() const { return impl_->stages.pool().size(); }

void Model::Load(int streams, double duration_s) {
  CheckLoad(streams, duration_s);
  Stages& stages = impl_->stages;
  // A graphics card's memory is asked for as its weights are moved there.
  if (!stages.device().vulkan) {
    model::CheckMemory(stages.files(), stages.formats(), streams, duration_s);
  }
  // What one thread loads, beside what the team packs.
  std::future<void> alone = std::async(std::launch::async, [&] {
    stages.codec();
    stages.tokenizer();
  });
  stages.backend();
  stages.text_encoder();
  stages.text_projection();
  alone.get();
  ReleaseFreedMemory();
}

std::vector<int32_t> Model::Tokenize(const std::string& text) const {
  return impl_->stages.tokenizer().Encode(text);
}

ScoreResult Model::Score(const GenerationRequest& request, const Codes& codes, bool keep_logits) {
  CheckSounds(request);
  CheckCodesSize(codes);
  return impl_->pipeline.Score(request, codes, keep_logits);
}

Waveform Model::Decode(const Codes& codes) {
  CheckCodesSize(codes);
  Stages& stages = impl_->stages;
  CheckCodes(codes, stages.files());
  return codec::Decode(stages.pool(), stages.codec(), codes, stages.files().lm.audio_channels);
}

Codes Model::Encode(const Waveform& audio) {
  CheckFiniteSound("audio", audio);
  return impl_->pipeline.Encode(impl_->stages.pool(), audio);
}

std::string Model::Stems(const GenerationParams& params) const {
  if (!impl_->stages.files().melody) return "";
  return impl_->pipeline.Stems(params);
}

std::string Model::device() {
  impl_->stages.backend();
  return model::DeviceName(impl_->stages.device());
}

Style Model::StyleOf(const GenerationRequest& request) {
  CheckSounds(request);
  generate::StyleVectors vectors = impl_->pipeline.Style(impl_->stages.pool(), request);
  return {std::move(vectors.codes), vectors.rows.rows, vectors.rows.width,
          std::move(vectors.rows.values)};
}

StepTraffic Model::step_traffic() {
  const lm::StepBytes bytes = impl_->stages.backend().step_bytes();
  return {std::accumulate(bytes.weights.begin(), bytes.weights.end(), uint64_t{0}),
          bytes.kv_per_position, bytes.weights};
}

StageSeconds Model::stage_seconds() { return impl_->scheduler().stage_seconds(); }

}  // namespace musicgen::api
