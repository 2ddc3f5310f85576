// The paper's boxes with their weights, each loaded when it is first wanted.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/thread_pool.h"
#include "codec/codec.h"
#include "codec/encoder.h"
#include "conditioning/chroma_extractor.h"
#include "conditioning/melody_projection.h"
#include "conditioning/text_projection.h"
#include "generate/stem_separator.h"
#include "generate/style_listener.h"
#include "lm/decode_backend.h"
#include "lm/transformer.h"
#include "model/device.h"
#include "model/model_files.h"
#include "model/precision.h"
#include "text/t5_encoder.h"
#include "text/tokenizer.h"

namespace musicgen::generate {

// Safe to use from several threads, which may load different stages at the same time. Loading
// throws Error.
class Stages {
 public:
  // `tell`: who is told what work takes long; it comes from any thread.
  Stages(model::ModelFiles files, const model::StageFormats& formats, int threads,
         const model::Device& device = {}, std::function<void(const std::string&)> tell = nullptr);

  const model::ModelFiles& files() const { return files_; }
  const model::StageFormats& formats() const { return formats_; }
  // Where backends are made, and once one was, where the last really computes.
  model::Device device() const;
  ThreadPool& pool() { return pool_; }

  const text::Tokenizer& tokenizer();
  const text::T5Encoder& text_encoder();
  const conditioning::TextProjection& text_projection();
  const lm::Transformer& transformer();  // on the processor
  // The language model on its device. One owner drives its streams.
  lm::DecodeBackend& backend();
  // Another backend on that device, for a second owner. The stages outlive it.
  std::unique_ptr<lm::DecodeBackend> MakeBackend();
  const codec::Codec& codec();
  const codec::Encoder& codec_encoder();
  // Of melody models only.
  const conditioning::ChromaExtractor& chroma_extractor();
  const conditioning::MelodyProjection& melody_projection();
  StemSeparator& stem_separator() { return stem_separator_; }
  // Of style models only.
  StyleListener& style_listener();

 private:
  template <class Stage>
  struct Slot {
    std::mutex mutex;
    std::unique_ptr<Stage> stage;
  };
  // Makes the slot's stage once.
  template <class Stage, class Make>
  Stage& Once(Slot<Stage>& slot, Make make);

  const model::ModelFiles files_;
  const model::StageFormats formats_;
  mutable std::mutex device_mutex_;
  model::Device device_;
  ThreadPool pool_;
  Slot<text::Tokenizer> tokenizer_;
  Slot<text::T5Encoder> text_encoder_;
  Slot<conditioning::TextProjection> text_projection_;
  Slot<lm::Transformer> transformer_;
  Slot<lm::DecodeBackend> backend_;
  Slot<codec::Codec> codec_;
  Slot<codec::Encoder> codec_encoder_;
  Slot<conditioning::ChromaExtractor> chroma_extractor_;
  Slot<conditioning::MelodyProjection> melody_projection_;
  StemSeparator stem_separator_;
  Slot<StyleListener> style_listener_;
};

}  // namespace musicgen::generate
