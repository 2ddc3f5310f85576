#include "model/part_checks.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/error.h"
#include "codec/expected_tensors.h"
#include "conditioning/expected_tensors.h"
#include "conditioning/style_tensors.h"
#include "lm/expected_tensors.h"
#include "model/renamed_tensors.h"
#include "text/expected_tensors.h"

namespace musicgen::model {
namespace {

using checkpoint::ExpectedTensor;
using checkpoint::TensorSource;

// What the stages want of one source of tensors, and what else may be there.
struct Wanted {
  std::shared_ptr<const TensorSource> source;
  std::vector<ExpectedTensor> expected = {};
  std::vector<std::string> ignored = {};

  void Expect(std::vector<ExpectedTensor> more) {
    expected.insert(expected.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
};

Wanted OfLm(const LmPart& lm, const TextPart& text, const CodecPart& codec) {
  const TensorSource& source = *lm.tensors.source;
  Wanted wanted{lm.tensors.source};
  wanted.Expect(lm::ExpectedTensors(lm.config, lm.tensors.prefix));
  const int64_t width = lm.config.width, text_width = text.config.d_model;
  if (lm.dialect == conditioning::Reference::kAudioCraft) {
    // It always projects, also between equal widths.
    wanted.Expect(
        conditioning::ExpectedProjection(conditioning::kTextProjection, text_width, width));
  } else {
    wanted.Expect(conditioning::ExpectedTextProjection(text_width, width, source));
  }
  if (lm.melody) {
    wanted.Expect(conditioning::ExpectedProjection(conditioning::kMelodyProjection,
                                                   lm.melody->chroma.classes, width));
  }
  wanted.ignored = {"decoder.model.decoder.embed_positions.weights"};  // recomputed
  if (lm.style) {
    wanted.Expect(conditioning::ExpectedStyleEncoder(lm.style->config, width));
    for (std::string& name : conditioning::IgnoredStyleTensors()) {
      wanted.ignored.push_back(std::move(name));
    }
  }
  // Others take the place of the model's own.
  if (text.tensors.source != lm.tensors.source) wanted.ignored.push_back("text_encoder.*");
  if (codec.tensors.source != lm.tensors.source) wanted.ignored.push_back("audio_encoder.*");
  return wanted;
}

Wanted OfTextEncoder(const TextPart& text) {
  const auto& [source, prefix] = text.tensors;
  Wanted wanted{source, text::ExpectedTensors(text.config, *source, prefix)};
  // The decoder half of a whole T5 is not used.
  wanted.ignored = {prefix + "decoder.*", prefix + "lm_head.*"};
  return wanted;
}

Wanted OfCodec(const CodecPart& codec) {
  const auto& [source, prefix] = codec.tensors;
  return {source, codec::ExpectedTensors(codec.config, *source, prefix), codec::IgnoredTensors()};
}

}  // namespace

void CheckAgreement(const LmPart& lm, const codec::CodecConfig& codec) {
  if (lm.config.codebook_size != codec.codebook_size) {
    ThrowBadInput(lm.size_where, ": expected the codec's codebook size ", codec.codebook_size,
                  ", found ", lm.config.codebook_size);
  }
  if (lm.config.codebooks > lm.config.audio_channels * codec.num_quantizers) {
    ThrowBadInput(lm.books_where, ": expected at most ", codec.num_quantizers, " for each of ",
                  lm.config.audio_channels, " channels, found ", lm.config.codebooks);
  }
  if (lm.sample_rate_hz && *lm.sample_rate_hz != codec.sample_rate_hz) {
    ThrowBadInput(lm.rate_where, ": expected the codec's ", codec.sample_rate_hz, ", found ",
                  *lm.sample_rate_hz);
  }
}

void CheckTextEncoder(const TextPart& text) {
  const Wanted wanted = OfTextEncoder(text);
  checkpoint::CheckTensors(*wanted.source, wanted.expected, {"*"});
}

void TakeTensors(LmPart* lm, TextPart* text, CodecPart* codec, bool strict,
                 std::vector<std::string>* warnings) {
  // Several stages may share a source, which is checked as a whole.
  std::vector<Wanted> sources;
  for (Wanted& wanted :
       std::vector<Wanted>{OfLm(*lm, *text, *codec), OfTextEncoder(*text), OfCodec(*codec)}) {
    const auto known = std::find_if(sources.begin(), sources.end(), [&](const Wanted& other) {
      return other.source == wanted.source;
    });
    if (known == sources.end()) {
      sources.push_back(std::move(wanted));
      continue;
    }
    known->Expect(std::move(wanted.expected));
    known->ignored.insert(known->ignored.end(), wanted.ignored.begin(), wanted.ignored.end());
  }
  for (const auto& [source, expected, ignored] : sources) {
    const std::vector<std::string> surplus =
        checkpoint::CheckTensors(*source, expected, ignored, strict);
    if (surplus.empty()) continue;
    warnings->push_back(StrCat(source->Where(), ": ", surplus.size(),
                               surplus.size() == 1 ? " tensor is" : " tensors are",
                               " not needed and left out, ", surplus.size() == 1 ? "" : "first ",
                               Printable(surplus.front())));
    const auto rest = Without(source, surplus);
    for (StageTensors* stage : {&lm->tensors, &text->tensors, &codec->tensors}) {
      if (stage->source == source) stage->source = rest;
    }
  }
}

}  // namespace musicgen::model
