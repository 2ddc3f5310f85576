#include "model/memory_need.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "base/memory.h"
#include "codec/expected_tensors.h"
#include "conditioning/text_projection.h"
#include "nn/kv_cache.h"
#include "text/t5_encoder.h"
#include "types/frames.h"

namespace musicgen::model {
namespace {

std::string Gigabytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

// Vectors stay in float, tables that are only looked up are at least of 16 bits (nn/embedding.h).
uint64_t BytesAt(kernels::WeightFormat format,
                 const std::vector<checkpoint::ExpectedTensor>& tensors) {
  uint64_t bytes = 0;
  for (const auto& tensor : tensors) {
    const bool table = tensor.name.find("embed_tokens.") != std::string::npos ||
                       tensor.name.find("shared.") != std::string::npos;
    kernels::WeightFormat own = format;
    if (tensor.shape.size() < 2) own = kernels::WeightFormat::kF32;
    if (table && kernels::IsQuantized(format)) own = kernels::WeightFormat::kF16;
    bytes += kernels::FormatBytes(own, NumElements(tensor.shape));
  }
  return bytes;
}

// The codec's encoder is checked but not loaded for text-to-music.
std::vector<checkpoint::ExpectedTensor> LoadedCodecTensors(const ModelFiles& files) {
  const StageTensors& stage = files.codec_tensors;
  std::vector<checkpoint::ExpectedTensor> loaded =
      codec::ExpectedTensors(files.codec, *stage.source, stage.prefix);
  std::erase_if(loaded, [&](const auto& tensor) {
    return tensor.name.rfind(stage.prefix + "encoder.", 0) == 0;
  });
  return loaded;
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

MemoryEstimate EstimateMemory(const ModelFiles& files, const StageFormats& formats,
                              double duration_s) {
  const lm::LmConfig& lm = files.lm;
  const StageTensors& t5 = files.t5_tensors;
  MemoryEstimate estimate;
  estimate.weights_bytes =
      BytesAt(formats.lm.weights, lm::Decoder::Expected(lm, files.lm_tensors.prefix)) +
      BytesAt(formats.t5, text::T5Encoder::Expected(files.t5, *t5.source, t5.prefix)) +
      (CountParameters(conditioning::TextProjection::Expected(files.t5.d_model, lm.width,
                                                              *files.lm_tensors.source)) +
       CountParameters(LoadedCodecTensors(files))) *
          sizeof(float);
  const int64_t frames = std::max<int64_t>(1, FramesOf(duration_s, files.codec.frame_rate()));
  const int64_t positions =
      files.prefix_rows() + lm::CodebookPattern(lm.pattern, lm.codebooks, frames).steps();
  estimate.cache_bytes_per_stream =
      2 * nn::KvCache::Bytes(formats.lm.cache, lm.layers, lm.heads, lm.head_dim(), positions);
  // 64 frames of the codec's widest activations, in and out, and the prompt chunk of the language
  // model.
  estimate.scratch_bytes =
      (uint64_t{64} << 20) +
      static_cast<uint64_t>(64 * files.codec.hop_samples() * files.codec.num_filters * 4 * 4);
  return estimate;
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
