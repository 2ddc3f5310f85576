#include "generate/stages.h"

#include "base/error.h"
#include "lm/cpu_backend.h"
#include "lm/gpu_backend.h"

namespace musicgen::generate {

Stages::Stages(model::ModelFiles files, const model::StageFormats& formats, int threads,
               const model::Device& device, std::function<void(const std::string&)> tell)
    : files_(std::move(files)),
      formats_(formats),
      device_(device),
      pool_(threads),
      stem_separator_(files_.demucs, files_.directory, std::move(tell)) {}

template <class Stage, class Make>
Stage& Stages::Once(Slot<Stage>& slot, Make make) {
  std::lock_guard<std::mutex> lock(slot.mutex);
  if (slot.stage == nullptr) slot.stage = std::unique_ptr<Stage>(new Stage(make()));
  return *slot.stage;
}

const text::Tokenizer& Stages::tokenizer() {
  return Once(tokenizer_, [&] {
    text::Tokenizer tokenizer = text::Tokenizer::Load(*files_.tokenizer_files);
    if (tokenizer.id_bound() > files_.t5.vocab_size) {
      ThrowBadInput(Printable(files_.tokenizer_files->Where(""), 1000),
                    ": the tokenizer's ids go up to ", tokenizer.id_bound() - 1,
                    ", expected less than the text encoder's vocab_size ", files_.t5.vocab_size);
    }
    return tokenizer;
  });
}

const text::T5Encoder& Stages::text_encoder() {
  return Once(text_encoder_, [&] {
    const model::StageTensors& stage = files_.t5_tensors;
    return text::T5Encoder(pool_, files_.t5, *stage.source, stage.prefix, formats_.t5);
  });
}

const conditioning::TextProjection& Stages::text_projection() {
  return Once(text_projection_, [&] {
    return conditioning::TextProjection(files_.t5.d_model, files_.lm.width,
                                        *files_.lm_tensors.source, kernels::WeightFormat::kF32);
  });
}

const lm::Transformer& Stages::transformer() {
  return Once(transformer_, [&] {
    const model::StageTensors& stage = files_.lm_tensors;
    return lm::Transformer(pool_, files_.lm, *stage.source, stage.prefix, formats_.lm);
  });
}

model::Device Stages::device() const {
  std::lock_guard<std::mutex> lock(device_mutex_);
  return device_;
}

lm::DecodeBackend& Stages::backend() {
  std::lock_guard<std::mutex> lock(backend_.mutex);
  if (backend_.stage == nullptr) backend_.stage = MakeBackend();
  return *backend_.stage;
}

std::unique_ptr<lm::DecodeBackend> Stages::MakeBackend() {
  const model::Device on = device();
  if (on.vulkan) {
    try {
      const model::StageTensors& stage = files_.lm_tensors;
      return lm::NewGpuBackend(*on.vulkan, pool_, files_.lm, *stage.source, stage.prefix,
                               formats_.lm);
    } catch (const Error&) {
      if (!on.automatic) throw;
      std::lock_guard<std::mutex> lock(device_mutex_);
      device_ = {};
    }
  }
  return std::make_unique<lm::CpuBackend>(transformer(), pool_);
}

const codec::Codec& Stages::codec() {
  return Once(codec_, [&] {
    const model::StageTensors& stage = files_.codec_tensors;
    return codec::Codec(files_.codec, *stage.source, stage.prefix, formats_.codec);
  });
}

const codec::Encoder& Stages::codec_encoder() {
  return Once(codec_encoder_, [&] {
    const model::StageTensors& stage = files_.codec_tensors;
    return codec::Encoder(files_.codec, *stage.source, stage.prefix);
  });
}

const conditioning::ChromaExtractor& Stages::chroma_extractor() {
  return Once(chroma_extractor_,
              [&] { return conditioning::ChromaExtractor(files_.melody.value().chroma); });
}

const conditioning::MelodyProjection& Stages::melody_projection() {
  return Once(melody_projection_, [&] {
    return conditioning::MelodyProjection(files_.melody.value().chroma.classes, files_.lm.width,
                                          *files_.lm_tensors.source);
  });
}

StyleListener& Stages::style_listener() {
  std::lock_guard<std::mutex> lock(style_listener_.mutex);
  if (style_listener_.stage == nullptr) {
    style_listener_.stage = std::make_unique<StyleListener>(files_);
  }
  return *style_listener_.stage;
}

}  // namespace musicgen::generate
