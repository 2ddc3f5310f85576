#include "model/memory_need.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "base/memory.h"
#include "codec/expected_tensors.h"
#include "conditioning/expected_tensors.h"
#include "conditioning/style_tensors.h"
#include "lm/codebook_pattern.h"
#include "lm/expected_tensors.h"
#include "mert/expected_tensors.h"
#include "nn/held_format.h"
#include "nn/kv_cache.h"
#include "separation/expected_tensors.h"
#include "separation/ht_demucs.h"
#include "text/expected_tensors.h"
#include "types/frames.h"

namespace musicgen::model {
namespace {

std::string Gigabytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

// A packed matrix has whole tiles of outputs.
uint64_t HeldBytes(const checkpoint::ExpectedTensor& tensor, kernels::WeightFormat format,
                   DType own) {
  const kernels::WeightFormat held = nn::HeldFormat(tensor.role, format, tensor.shape, own);
  const int64_t elements = NumElements(tensor.shape);
  switch (tensor.role) {
    case TensorRole::kUnread:
      return 0;
    case TensorRole::kFloat:
    case TensorRole::kTable:
      return kernels::FormatBytes(held, elements);
    case TensorRole::kFloatMatrix:
    case TensorRole::kMatrix:
    case TensorRole::kSensitiveMatrix:
    case TensorRole::kConvolution:
    case TensorRole::kRecurrent:
      break;
  }
  const int64_t outputs = tensor.shape[0];
  const int64_t tiles = (outputs + kernels::kTileOutputs - 1) / kernels::kTileOutputs;
  return static_cast<uint64_t>(tiles * kernels::kTileOutputs) *
         kernels::FormatBytes(held, elements / outputs);
}

uint64_t HeldBytes(const std::vector<checkpoint::ExpectedTensor>& tensors,
                   kernels::WeightFormat format, const checkpoint::TensorSource& source) {
  uint64_t bytes = 0;
  for (const auto& tensor : tensors) {
    bytes += HeldBytes(tensor, format, source.Describe(tensor.name).dtype);
  }
  return bytes;
}

uint64_t Total(const MemoryEstimate& estimate, int streams) {
  return estimate.weights_bytes + estimate.scratch_bytes +
         static_cast<uint64_t>(streams) * estimate.cache_bytes_per_stream;
}

// What to try instead: the most exact precision that fits, else what the smallest needs.
std::string Advice(const ModelFiles& files, uint64_t needed, int streams, double duration_s,
                   uint64_t available) {
  std::string advice;
  for (const Precision precision :
       {Precision::kF16, Precision::kBF16, Precision::kQ8, Precision::kQ4}) {
    const uint64_t other =
        Total(EstimateMemory(files, ChooseFormats(precision), duration_s), streams);
    if (other >= needed) continue;
    const std::string need =
        StrCat("precision ", PrecisionName(precision), " needs ", Gigabytes(other));
    if (other <= available) return StrCat("; ", need);
    advice = StrCat("; even ", need);
  }
  return advice;
}

}  // namespace

WeightBytes EstimateWeights(const ModelFiles& files, const StageFormats& formats) {
  const auto& lm = files.lm_tensors;
  const auto& t5 = files.t5_tensors;
  const auto& codec = files.codec_tensors;
  WeightBytes bytes;
  bytes.lm = HeldBytes(lm::ExpectedTensors(files.lm, lm.prefix), formats.lm.weights, *lm.source);
  bytes.t5 =
      HeldBytes(text::ExpectedTensors(files.t5, *t5.source, t5.prefix), formats.t5, *t5.source);
  bytes.projections = HeldBytes(
      conditioning::ExpectedProjections(files.t5.d_model, files.melody, files.lm.width, *lm.source),
      kernels::WeightFormat::kF32, *lm.source);
  // The codec's encoder is checked but not loaded for text-to-music.
  auto loaded = codec::ExpectedTensors(files.codec, *codec.source, codec.prefix);
  std::erase_if(loaded, [&](const auto& tensor) {
    return tensor.name.starts_with(codec.prefix + "encoder.");
  });
  bytes.codec = HeldBytes(loaded, formats.codec, *codec.source);
  return bytes;
}

MemoryEstimate EstimateMemory(const ModelFiles& files, const StageFormats& formats,
                              double duration_s) {
  const lm::LmConfig& lm = files.lm;
  MemoryEstimate estimate;
  estimate.weights_bytes = EstimateWeights(files, formats).total();
  const int64_t frames = std::max<int64_t>(1, FramesOf(duration_s, files.codec.frame_rate()));
  const int64_t positions =
      files.prefix_rows() + lm::CodebookPattern(lm.pattern, lm.codebooks, frames).steps();
  const uint64_t branches = files.style ? 3 : 2;  // double guidance
  estimate.cache_bytes_per_stream =
      branches *
      nn::KvCache::Bytes(formats.lm.cache, lm.layers, lm.heads, lm.head_dim(), positions);
  // 64 frames of the codec's widest activations, in and out, and the prompt chunk of the language
  // model.
  estimate.scratch_bytes =
      (uint64_t{64} << 20) +
      static_cast<uint64_t>(64 * files.codec.hop_samples() * files.codec.num_filters * 4 * 4);
  return estimate;
}

uint64_t EstimateStyleBytes(const ModelFiles& files, const MertPart& mert, int64_t samples) {
  const conditioning::StyleConfig& style = files.style.value().config;
  const auto held = [](const std::vector<checkpoint::ExpectedTensor>& tensors,
                       const checkpoint::TensorSource& source) {
    return HeldBytes(tensors, kernels::WeightFormat::kF32, source);
  };
  uint64_t bytes =
      held(mert::ExpectedTensors(mert.config, *mert.tensors.source), *mert.tensors.source) +
      held(conditioning::ExpectedStyleEncoder(style, files.lm.width), *files.lm_tensors.source);
  // Of its codebooks, vectors to look up and to take away.
  bytes += static_cast<uint64_t>(2 * style.codebooks * style.codebook_size * style.width) * 4;
  // The first convolution's outputs and the second's.
  const mert::Convolution& first = mert.config.convolutions.front();
  return bytes + static_cast<uint64_t>(samples / first.stride * first.channels) * 4 * 2;
}

void CheckStyleMemory(const ModelFiles& files, const MertPart& mert, int64_t samples) {
  const uint64_t needed = EstimateStyleBytes(files, mert, samples);
  const uint64_t available = AvailableMemoryBytes();
  if (available == 0 || needed <= available) return;
  throw Error(
      ErrorCode::kOutOfMemory,
      StrCat("style: needs ", Gigabytes(needed), " of memory beside the model for ",
             Printable(mert.directory, 1000), ", found ", Gigabytes(available), " available"));
}

uint64_t EstimateDemucsBytes(const DemucsPart& demucs, int64_t samples) {
  constexpr uint64_t kSounds = 8;  // channels before, behind, and resampled
  uint64_t weights = 0;
  for (const auto& tensor : separation::ExpectedTensors(demucs.config)) {
    weights += static_cast<uint64_t>(NumElements(tensor.shape)) * sizeof(float);
  }
  // Tiles of 32 outputs are wider than the narrow layers.
  return weights + weights / 8 + separation::HtDemucs::ActivationBytes(demucs.config) +
         kSounds * static_cast<uint64_t>(samples) * sizeof(float);
}

void CheckDemucsMemory(const DemucsPart& demucs, int64_t samples) {
  const uint64_t needed = EstimateDemucsBytes(demucs, samples);
  const uint64_t available = AvailableMemoryBytes();
  if (available == 0 || needed <= available) return;
  throw Error(ErrorCode::kOutOfMemory,
              StrCat("stems: need ", Gigabytes(needed), " of memory for ", demucs.name, ", found ",
                     Gigabytes(available), " available"));
}

void CheckMemory(const ModelFiles& files, const StageFormats& formats, int streams,
                 double duration_s) {
  const MemoryEstimate estimate = EstimateMemory(files, formats, duration_s);
  const uint64_t needed = Total(estimate, streams);
  const uint64_t available = AvailableMemoryBytes();
  if (available == 0 || needed <= available) return;
  const uint64_t cache = static_cast<uint64_t>(streams) * estimate.cache_bytes_per_stream;
  throw Error(ErrorCode::kOutOfMemory,
              StrCat("model ", Printable(files.directory), ": needs ", Gigabytes(needed),
                     " of memory (weights ", Gigabytes(estimate.weights_bytes), " at ",
                     kernels::FormatName(formats.lm.weights), ", ", streams,
                     streams == 1 ? " stream of " : " streams of ", duration_s, " s ",
                     Gigabytes(cache), "), found ", Gigabytes(available), " available",
                     Advice(files, needed, streams, duration_s, available)));
}

}  // namespace musicgen::model
